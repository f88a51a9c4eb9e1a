internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRuntime
internal import GatehouseStore
internal import Glibc

extension Bench {
    /// A flagged person's card and a neighbour's, in a random order, from the reading to the release: through the shell and the
    /// writer, in one process. What the writer waits for is the disk of the folder.
    static func shadow(_ folder: String, _ report: (String) -> Void) throws {
        let rounds = 20_000
        let with = try ShadowGate("\(folder)/gatehouse-bench-shadow.db", isActive: true)
        var dice = Dice(seed: 19)
        var hits: [Double] = []
        var misses: [Double] = []
        for round in 0..<(2 * rounds + 200) {
            let isHit = hits.count == rounds ? false : misses.count == rounds ? true : dice.below(2) == 0
            let took = try with.show(isHit ? 1 : 2)
            // The first ones warm it up.
            guard round >= 200 else { continue }
            if isHit { hits.append(took) } else { misses.append(took) }
            if hits.count == rounds, misses.count == rounds { break }
        }
        let distance = kolmogorovSmirnov(hits, misses)
        // Critical at 0.1 %.
        let count = Double(hits.count * misses.count) / Double(hits.count + misses.count)
        let bound = 1.949 / count.squareRoot()
        report(
            "a hit beside a miss, \(hits.count) and \(misses.count): p50 \(micros(percentile(hits, 0.5))) and \(micros(percentile(misses, 0.5))), distance \(distance) (Kolmogorov-Smirnov; at 0.1 % a difference begins at \(bound))"
        )
        report("the same with a hit that is 2 % later: distance \(kolmogorovSmirnov(hits.map { $0 * 1.02 }, misses))")

        let without = try ShadowGate("\(folder)/gatehouse-bench-bare.db", isActive: false)
        var active: [Double] = []
        var bare: [Double] = []
        for _ in 0..<2000 {
            active.append(try with.show(2))
            bare.append(try without.show(2))
        }
        report(
            "a decision with an active list: \(ratio(percentile(active, 0.5), percentile(bare, 0.5))) x one without (at most 1.1)"
        )
        try sealing(report)
    }

    /// What one slot costs, on its own thread.
    private static func sealing(_ report: (String) -> Void) throws {
        let certificate = try ShadowGate.certificate()
        let sealer = try LeadSealer(seed: SecretKey([UInt8](repeating: 3, count: 32)), site: "bench")
        let lead = WatchlistLead(entry: "00112233445566ff", portal: "wicket", at: CivilTime(seconds: 1), event: 7)
        var spent = 0.0
        let rounds = 500
        for round in 0..<rounds {
            let slot = LeadSlot(
                number: UInt64(round), id: nil, lead: round % 2 == 0 ? lead : nil, certificate: certificate)
            let began = seconds()
            _ = try sealer.seal(slot)
            spent += seconds() - began
        }
        report(
            "one slot: \(micros(spent / Double(rounds))) = \(Double(Int(spent / Double(rounds) / 10 * 1e6)) / 10_000) % of a core at one in 10 s (at most 0.1)"
        )
    }

    /// The greatest distance of two samples' distributions.
    static func kolmogorovSmirnov(_ one: [Double], _ other: [Double]) -> Double {
        let (left, right) = (one.sorted(), other.sorted())
        var (i, j, greatest) = (0, 0, 0.0)
        while i < left.count, j < right.count {
            let value = min(left[i], right[j])
            while i < left.count, left[i] <= value { i += 1 }
            while j < right.count, right[j] <= value { j += 1 }
            greatest = max(greatest, abs(Double(i) / Double(left.count) - Double(j) / Double(right.count)))
        }
        return greatest
    }
}

/// A wicket with two residents, one of whom is flagged where a list is active.
private final class ShadowGate {
    private let path: String
    private let writer: StoreWriter
    private var shell: ControllerShell!
    private var batches: [CommitGate.Batch] = []
    private var releasedAt: Double?
    private var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private var civil = CivilTime(seconds: 1_800_000_000)
    private let calendar = SiteCalendar(fixedOffset: 0)
    private let reader = VirtualSite.reader("wicket", isEntry: true)

    init(_ path: String, isActive: Bool) throws {
        self.path = path
        for suffix in ["", "-wal", "-shm", ".head"] { unlink(path + suffix) }
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32)))
        let primitives = keys.primitives(epoch: 1)
        writer = StoreWriter(path: path, secrets: keys.storeSecrets, epoch: 1, run: "bench")
        var dice = Dice(seed: 2)
        var site = VirtualSite(dice: &dice, start: 0, days: 1, primitives: primitives).site
        for index in site.accessPoints.indices { site.accessPoints[index].antiPassback = .off }
        site.alerts = [AlertRoute(destination: "leads", kinds: [.watchlist])]
        var restored = Restored()
        restored.registry = Self.registry(primitives)
        if isActive {
            restored.activation = WatchlistActivation(
                authority: "a", legalBasis: "b", assessment: "c", communities: ["d"], notBefore: CivilTime(seconds: 0),
                notAfter: CivilTime(seconds: 2_000_000_000), signers: [], issuerCertificate: [], digest: [])
            let number = VirtualSite.card(1)
            restored.watchlist = [
                WatchlistEntry(
                    id: "00112233445566ff", category: .missing, portals: [], validFrom: CivilTime(seconds: 0),
                    expires: CivilTime(seconds: 2_000_000_000),
                    references: [primitives.watchlistReference(Array("card|\(number)".utf8))], digest: [])
            ]
        }
        shell = ControllerShell(
            controller: Controller(site: site, restored: restored, primitives: primitives),
            gate: CommitGate(maxWait: .seconds(10), onTimeout: .hold),
            perform: { [unowned self] effect, _ in
                if case .release(_, event: _?) = effect { releasedAt = Bench.wall() }
            }, commit: { [unowned self] in batches.append($0) })
        try handle([.leadsRestored(LeadHistory()), .uplink(isConnected: true)])
    }

    deinit { for suffix in ["", "-wal", "-shm", ".head"] { unlink(path + suffix) } }

    /// Made with the machine's openssl: a benchmark has no authority.
    static func certificate() throws -> [UInt8] {
        let folder = "/tmp/gatehouse-bench-\(getpid())"
        let new = "-x509 -nodes -days 2 -subj /CN=b -newkey rsa:2048"
        let command = "openssl req \(new) -keyout \(folder).key -out \(folder).pem 2>/dev/null"
        guard let process = popen(command, "r"), pclose(process) == 0, let file = fopen("\(folder).pem", "r") else {
            throw ShadowFault(description: "could not make a certificate with openssl")
        }
        defer {
            fclose(file)
            unlink("\(folder).key")
            unlink("\(folder).pem")
        }
        var room = [UInt8](repeating: 0, count: 8192)
        let count = fread(&room, 1, room.count, file)
        let pem = Array(room.prefix(count))
        guard let der = Envelope.certificate(pem: pem) else {
            throw ShadowFault(description: "could not read that certificate")
        }
        return der
    }

    private static func registry(_ primitives: Primitives) -> Registry {
        var registry = Registry()
        registry.apply(.put(.community(CommunityRow(id: 1, code: "c", name: "c"))), revision: 1)
        registry.apply(.put(.dwelling(DwellingRow(id: 1, community: 1, code: "1", use: .owned))), revision: 1)
        for id in 1...2 as ClosedRange<UInt32> {
            let person = PersonRow(
                id: id, reference: "", name: "", role: .resident, dwelling: 1, groups: ["residents"])
            let key = CredentialKey(card: VirtualSite.card(UInt64(id)), primitives: primitives)
            registry.apply(.put(.person(person)), revision: 1)
            registry.apply(
                .put(.credential(CredentialRow(id: id, person: id, kind: .card, key: key, label: ""))), revision: 1)
        }
        return registry
    }

    private var moment: Moment { calendar.moment(monotonic: now, civil: civil, isTrusted: true) }

    private func handle(_ inputs: [Input]) throws {
        shell.handle(inputs, at: moment)
        while !batches.isEmpty {
            let batch = batches.removeFirst()
            try writer.commit(batch)
            shell.committed(batch.number, at: moment)
        }
    }

    /// Seconds from the card to the release.
    func show(_ card: UInt64) throws -> Double {
        releasedAt = nil
        let read = CardRead(number: VirtualSite.card(card))
        let began = Bench.wall()
        try handle([.reader(reader, .card(read))])
        guard let at = releasedAt else { throw ShadowFault(description: "could not open the wicket for card \(card)") }
        // Nobody comes; the wicket is locked again, and a slot has passed.
        for _ in 0..<2 {
            (now, civil) = (now + .seconds(30), civil + .seconds(30))
            try handle([.time])
        }
        return at - began
    }
}

private struct ShadowFault: Error, CustomStringConvertible { let description: String }
