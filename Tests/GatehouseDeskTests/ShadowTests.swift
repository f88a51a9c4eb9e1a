import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import GatehouseStore
import Testing

@testable import GatehouseDesk

/// Days with hits beside the same days without: what a manager, a thief of the database and the uplink see of them is given to
/// classifiers that learn from half of the days.
@Suite("No shadow")
struct ShadowTests {
    /// What can be counted of a day, by name.
    typealias Features = [String: Double]

    /// A day of cards; `flagged` is the card that the list names: it is shown or not.
    private static func day(_ seed: UInt64, isHit: Bool) throws -> Features {
        var settings = DeskBench.Settings()
        settings.configuration += """

            alerts:
              leads: {url: "https://10.0.0.2/a", secret_file: s, kinds: [watchlist]}
            """
        let begin = settings.start
        let primitives = KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32))).primitives(epoch: 1)
        settings.prepare = { path, secrets in
            let writer = StoreWriter(path: path, secrets: secrets, epoch: 1, run: "before")
            let activation = WatchlistActivation(
                authority: "a", legalBasis: "b", assessment: "c", communities: ["desk"],
                notBefore: begin + .seconds(-1), notAfter: begin + .seconds(86_400 * 30), signers: [],
                issuerCertificate: [1], slot: .seconds(60), digest: [])
            // The day without a hit has an entry as well: of a card that nobody shows.
            let card = CardNumber(format: "H10301", facility: 118, number: isHit ? 1603 : 1999)
            let entry = WatchlistEntry(
                id: "00112233445566ff", category: .missing, portals: [], validFrom: begin + .seconds(-1),
                expires: begin + .seconds(86_400 * 7),
                references: [primitives.watchlistReference(Array("card|\(card)".utf8))], digest: [])
            try writer.commit(
                .init(number: 1, effects: [.watchlistActivation(activation), .watchlistEntry(entry)]))
        }
        let bench = try DeskTests.filled(settings)
        bench.give([.leadsRestored(LeadHistory()), .uplink(isConnected: true)])
        var dice = Dice(seed: seed)
        var seen = Sight()
        for _ in 0..<90 {
            bench.pass(.seconds(60))
            if dice.next(3) == 0 {
                let number: UInt64 = [1603, 1604, 1699][dice.next(3)]
                let card = CardNumber(format: "H10301", facility: 118, number: number)
                bench.give([.reader("wicket-in", .card(CardRead(number: card)))])
                bench.pass(.seconds(2))
            }
            seen.take(bench)
        }
        return try seen.features(of: bench)
    }

    /// What is seen while the day goes on.
    private struct Sight {
        var slots = 0
        var done = 0

        /// The receiver takes each lead, and the issuer signs for it.
        mutating func take(_ bench: DeskBench) {
            for effect in bench.effects.dropFirst(done) {
                guard case .leadSlot(let slot) = effect else { continue }
                slots += 1
                if let id = slot.id {
                    bench.give([.leadsAnswered([LeadAnswer(id: id, answer: .received)], under: [1])])
                }
            }
            done = bench.effects.count
        }

        func features(of bench: DeskBench) throws -> Features {
            var features: Features = ["slots": Double(slots), "effects": Double(bench.effects.count)]
            let manager = DeskBench.Person(1009, [.manager])
            for (name, answer) in [
                ("status", bench.say(Status(), by: manager)), ("health", bench.say(Health(), by: manager)),
                ("list", bench.say(WatchlistStatus(), by: manager)), ("metrics", bench.say(Metrics(), by: manager)),
            ] {
                features["\(name) length"] = try Double(answer.reply.get().count)
            }
            let database = try Database(path: bench.configuration.files.database, mode: .readOnly)
            for table in ["journal", "outbox", "watch", "standing", "ledger", "snapshot", "owed_picture", "personal"] {
                let rows = try database.prepare("SELECT count(*) FROM \(table)")
                features["rows of \(table)"] = try rows.step() ? Double(rows.integer(0)) : 0
            }
            let kinds = try database.prepare(
                "SELECT kind, count(*), sum(length(leaf)), sum(at % 60000), max(seq) FROM journal GROUP BY kind ORDER BY kind"
            )
            while try kinds.step() {
                for (column, what) in [(1, "count"), (2, "octets"), (3, "phase"), (4, "last")] {
                    features["\(kinds.text(0)) \(what)"] = Double(kinds.integer(Int32(column)))
                }
            }
            let sizes = try database.prepare("SELECT sum(length(sealed)), count(DISTINCT length(sealed)) FROM watch")
            if try sizes.step() {
                features["octets of the list"] = Double(sizes.integer(0))
                features["sizes of the list"] = Double(sizes.integer(1))
            }
            return features
        }
    }

    // MARK: Classifiers

    /// How well a score tells the one from the other: 0.5 is not at all.
    static func area(_ positive: [Double], _ negative: [Double]) -> Double {
        var sum = 0.0
        for one in positive { for other in negative { sum += one > other ? 1 : one == other ? 0.5 : 0 } }
        let area = sum / Double(max(1, positive.count * negative.count))
        return max(area, 1 - area)
    }

    /// Logistic regression by gradient descent, over features of mean 0 and deviation 1.
    static func learned(_ rows: [[Double]], _ labels: [Bool]) -> ([Double]) -> Double {
        let width = rows.first?.count ?? 0
        var (means, scales) = ([Double](repeating: 0, count: width), [Double](repeating: 1, count: width))
        for column in 0..<width {
            means[column] = rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
            let square = rows.reduce(0) { $0 + ($1[column] - means[column]) * ($1[column] - means[column]) }
            scales[column] = max(1e-9, (square / Double(rows.count)).squareRoot())
        }
        func scaled(_ row: [Double]) -> [Double] { (0..<width).map { (row[$0] - means[$0]) / scales[$0] } }
        let inputs = rows.map(scaled)
        var weights = [Double](repeating: 0, count: width)
        for _ in 0..<200 {
            var gradient = [Double](repeating: 0, count: width)
            for (input, label) in zip(inputs, labels) {
                let sum = zip(weights, input).reduce(0) { $0 + $1.0 * $1.1 }
                let error = (label ? 1 : 0) - (sum >= 0 ? 1 / (1 + exponential(-sum)) : 1 - 1 / (1 + exponential(sum)))
                for column in 0..<width { gradient[column] += error * input[column] }
            }
            for column in 0..<width { weights[column] += 0.5 * gradient[column] / Double(rows.count) }
        }
        return { row in zip(weights, scaled(row)).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    private static func exponential(_ value: Double) -> Double {
        // Halved until it is small, then squared back: close enough for a gradient.
        let part = value / 1024
        var result = 1 + part + part * part / 2
        for _ in 0..<10 { result *= result }
        return result
    }

    /// The best that thresholds and the regression reach on days that they have not seen.
    static func best(_ hits: [Features], _ misses: [Features]) -> Double {
        let names = Set((hits + misses).flatMap(\.keys)).sorted()
        func row(_ features: Features) -> [Double] { names.map { features[$0] ?? 0 } }
        let half = hits.count / 2
        let train = hits.prefix(half).map(row) + misses.prefix(half).map(row)
        let labels = [Bool](repeating: true, count: half) + [Bool](repeating: false, count: half)
        let score = learned(train, labels)
        let (seen, unseen) = (hits.suffix(half).map(row), misses.suffix(half).map(row))
        let columns = names.indices.map { column in area(seen.map { $0[column] }, unseen.map { $0[column] }) }
        return max(area(seen.map(score), unseen.map(score)), columns.max() ?? 0.5)
    }

    /// Each day is lived twice, so that only a hit can tell them apart.
    @Test func noClassifierTellsADayWithHits() throws {
        var (hits, misses): ([Features], [Features]) = ([], [])
        for seed in 1...40 as ClosedRange<UInt64> {
            hits.append(try Self.day(seed, isHit: true))
            misses.append(try Self.day(seed, isHit: false))
        }
        #expect(Set(hits.flatMap(\.keys)).count > 20, "there is something to look at")
        let reached = Self.best(hits, misses)
        #expect(reached <= 0.55, "\(reached)")
        // A row of the outbox for each hit, as it was once: that is found.
        var dice = Dice(seed: 3)
        let planted = hits.map { $0.merging(["rows of outbox": Double(1 + dice.next(3))]) { $1 } }
        #expect(Self.best(planted, misses) > 0.95)
    }
}

private struct Dice {
    var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % bound
    }
}
