import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseProtocols
import GatehouseRegister
import GatehouseUplink

/// What comes from the network, and documents that somebody signed.
enum Uplink {
    /// An answer as libcurl hands it out: the first octet of each piece says how long it is, and whether it is a line of the
    /// head or some of the body.
    static func httpAnswer(_ octets: [UInt8]) {
        let sink = HTTPSink(limit: 512)
        var rest = octets[...]
        while let head = rest.popFirst() {
            let piece = rest.prefix(Int(head & 0x7F))
            rest = rest.dropFirst(piece.count)
            if head & 0x80 == 0 { sink.take(header: piece) } else if !sink.take(body: piece) { break }
        }
        precondition(sink.body.count <= 512, "a body past its bound")
        precondition(sink.headers.count <= HTTPSink.headerLimit, "a flood of headers was kept")
        precondition(sink.headers.values.allSatisfy { $0.count <= HTTPSink.headerLength }, "a header without a bound")
        if case .delivered(let receipt) = WebhookChannel.outcome(status: 200, receipt: sink.headers["x-receipt"]) {
            precondition(receipt.count <= 68, "a receipt without a bound")
            // It goes on to the daemon, and comes there as it was said.
            let told = UplinkMessage.delivered(id: 1, receipt: receipt)
            precondition(UplinkMessage(line: Array(told.line.utf8)) == told, "a receipt changed")
        }
        if case .success(let picture) = HTTPStillCamera.frame(of: sink.body) {
            precondition(sink.body.starts(with: picture) && picture.suffix(2) == [0xFF, 0xD9], "no picture is one")
            precondition(HTTPStillCamera.frame(of: picture) == .success(picture), "a picture is cut twice")
        }
    }

    /// A stream of frames, in pieces of which the first octet says how long each is: the same frames in whatever pieces, each a
    /// whole picture, and no more kept than the largest may have.
    static func frames(_ octets: [UInt8]) {
        guard let head = octets.first else { return }
        let (rest, size) = (Array(octets.dropFirst()), Int(head) + 1)
        var (whole, cut) = (JPEGStream(longest: 512), JPEGStream(longest: 512))
        let frames = whole.take(rest)
        var pieces: [[UInt8]] = []
        for start in stride(from: 0, to: rest.count, by: size) {
            pieces += cut.take(Array(rest[start..<min(start + size, rest.count)]))
            precondition(cut.kept <= 512, "a frame past its bound")
        }
        precondition(whole.kept <= 512, "a frame past its bound")
        for frame in frames {
            precondition((try? JPEGFrame(frame))?.octets == frame.count, "a frame is no picture")
        }
        // What is too large is noticed where a piece ends, and the search goes on from there.
        guard whole.faults.tooLarge == 0, cut.faults.tooLarge == 0 else { return }
        precondition(frames == pieces && whole.faults == cut.faults, "the pieces make other frames")
    }

    /// Reports that outlive both programs.
    static func ledger(_ octets: [UInt8]) {
        for line in octets.split(separator: 10) {
            guard let (report, number) = ReportLedger.report(line: line) else { continue }
            let again = ReportLedger.report(line: ReportLedger.line(report, number).dropLast())
            precondition(again?.report == report && again?.number == number, "a report changed")
        }
    }

    /// Any octets as a document; and any members under signatures that are right.
    static func document(_ octets: [UInt8]) {
        let seeds = [1, 2, 3].map { SecretKey([UInt8](repeating: $0, count: 32)) }
        let keys = seeds.map { (try? Ed25519.publicKey(seed: $0)) ?? [] }
        let activation = WatchlistActivation(
            authority: "a", legalBasis: "b", assessment: "c", communities: ["s"], notBefore: CivilTime(milliseconds: 0),
            notAfter: CivilTime(milliseconds: 1), signers: Array(keys.dropFirst()), issuerCertificate: [], digest: [])
        let primitives = KeyRing(master: seeds[0]).primitives(epoch: 1)
        func signed(by keys: [SecretKey]) -> String {
            let protected = Base64.encode(Array(#"{"alg":"EdDSA"}"#.utf8), isURLSafe: true)
            let payload = Base64.encode(octets, isURLSafe: true)
            let signatures = keys.map { key -> JSON in
                let octets = (try? Ed25519.sign(Array("\(protected).\(payload)".utf8), seed: key)) ?? []
                return ["protected": .string(protected), "signature": .string(Base64.encode(octets, isURLSafe: true))]
            }
            return JSON.object(["payload": .string(payload), "signatures": .array(signatures)]).line
        }
        for text in [
            String(decoding: octets, as: UTF8.self), signed(by: [seeds[0]]), signed(by: [seeds[1], seeds[2]]),
        ] {
            _ = try? WatchlistDocument.activation(
                text, oversightKey: keys[0], site: "s", now: CivilTime(milliseconds: 0))
            let entry = try? WatchlistDocument.entry(
                text, activation: activation, now: CivilTime(milliseconds: 0), portals: ["p"], primitives: primitives,
                person: { _ in 1 })
            if let entry {
                precondition(entry.expires.milliseconds > entry.validFrom.milliseconds, "an entry that ends first")
            }
        }
    }

    /// Recordings that an installer sends us.
    static func traces(_ octets: [UInt8]) {
        let text = String(decoding: octets, as: UTF8.self)
        if let trace = ReaderTrace(text: text) {
            precondition(ReaderTrace(text: trace.text) != nil, "a recording cannot be read again")
        }
        if let trace = OSDPTrace(text: text) {
            precondition(OSDPTrace(text: trace.text)?.entries.count == trace.entries.count, "a recording lost frames")
        }
    }
}
