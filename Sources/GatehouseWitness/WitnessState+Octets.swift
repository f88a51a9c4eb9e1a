internal import GatehouseCore
package import GatehouseCrypto

/// The state as a file has it: a line of the form, a line of the witness's key, canonical CBOR, and an HMAC over all of it under a key of the
/// witness's own.
extension WitnessState {
    package static let octetLimit = 4 << 20
    private static let form = "gatehouse-witness state 1"
    private static let tagLength = 32

    package enum Damage: Error, Hashable, Sendable {
        /// No file of this program.
        case otherForm
        /// That of another key, by its name.
        case otherWitness(String)
        /// Cut off or changed.
        case damaged
    }

    package func octets(by signer: WitnessSigner) -> [UInt8] {
        let body = Array("\(Self.form)\n\(signer.key)\n".utf8) + value.encoded()
        return body + Hash.hmac(body, key: Self.key(signer))
    }

    package init(octets: [UInt8], by signer: WitnessSigner) throws(Damage) {
        let head = Array("\(Self.form)\n".utf8)
        guard octets.starts(with: head) else { throw .otherForm }
        let line = octets.dropFirst(head.count).prefix { $0 != 0x0A }
        let name = String(decoding: line, as: UTF8.self)
        guard name == signer.key.description else {
            throw (try? NoteKey(name)).map { .otherWitness($0.name) } ?? .damaged
        }
        let body = Array(octets.dropLast(Self.tagLength))
        let start = head.count + line.count + 1
        guard body.count > start,
            Hash.areEqual(Hash.hmac(body, key: Self.key(signer)), Array(octets.suffix(Self.tagLength))),
            let value = CanonicalValue(decoding: Array(body[start...])), let state = Self(value)
        else { throw .damaged }
        self = state
    }

    private static func key(_ signer: WitnessSigner) -> SecretKey { signer.derived(for: "gatehouse-witness state") }

    private var value: CanonicalValue {
        .map([
            "since": .number(since), "strangers": .array(strangers.map(\.value)),
            "logs": .map(logs.mapValues(\.value)),
        ])
    }

    private init?(_ value: CanonicalValue) {
        guard let map = value.map, let since = map["since"]?.number, let logs = map["logs"]?.map,
            let strangers = map["strangers"]?.all({ Refusal($0) })
        else { return nil }
        self.init(since: since)
        self.strangers = strangers
        for (origin, value) in logs {
            guard let log = Log(value), log.head.map({ $0.checkpoint.origin == origin }) ?? true else { return nil }
            self.logs[origin] = log
        }
    }
}

extension WitnessState.Log {
    fileprivate var value: CanonicalValue {
        var map: [String: CanonicalValue] = [
            "refusals": .array(refusals.map(\.value)), "histories": .array(histories.map(\.value)),
        ]
        if let head {
            map["note"] = .octets(head.note.octets)
            map["cosigned"] = .number(head.cosigned)
        }
        return .map(map)
    }

    fileprivate init?(_ value: CanonicalValue) {
        guard let map = value.map, let refusals = map["refusals"]?.all({ WitnessState.Refusal($0) }),
            let histories = map["histories"]?.all({ WitnessState.Histories($0) })
        else { return nil }
        (self.refusals, self.histories) = (refusals, histories)
        guard let octets = map["note"] else { return }
        guard let note = octets.note, let cosigned = map["cosigned"]?.number,
            let head = try? WitnessState.Head(note: note, cosigned: cosigned)
        else { return nil }
        self.head = head
    }
}

extension WitnessState.Refusal {
    fileprivate var value: CanonicalValue {
        var map: [String: CanonicalValue] = [
            "why": .text(why.rawValue), "origin": .text(origin), "first": .number(first), "last": .number(last),
            "count": .number(count),
        ]
        if let size { map["size"] = .number(size) }
        return .map(map)
    }

    fileprivate init?(_ value: CanonicalValue) {
        guard let map = value.map, let why = map["why"]?.text.flatMap({ WitnessState.Why(rawValue: $0) }),
            let origin = map["origin"]?.text, let first = map["first"]?.number, let last = map["last"]?.number,
            let count = map["count"]?.number
        else { return nil }
        self.init(
            why: why, origin: origin, size: map["size"]?.number, first: first, last: last, count: count)
    }
}

extension WitnessState.Histories {
    fileprivate var value: CanonicalValue {
        .map([
            "seen": .octets(seen.octets), "offered": .octets(offered.octets), "first": .number(first),
            "last": .number(last), "count": .number(count),
        ])
    }

    fileprivate init?(_ value: CanonicalValue) {
        guard let map = value.map, let seen = map["seen"]?.note, let offered = map["offered"]?.note,
            let first = map["first"]?.number, let last = map["last"]?.number, let count = map["count"]?.number
        else { return nil }
        self.init(seen: seen, offered: offered, first: first, last: last, count: count)
    }
}

extension CanonicalValue {
    fileprivate static func number(_ number: UInt64) -> CanonicalValue { .integer(Int64(clamping: number)) }
    fileprivate var number: UInt64? { integer.flatMap { UInt64(exactly: $0) } }
    fileprivate var note: SignedNote? { octets.flatMap { try? SignedNote($0) } }

    /// All of them, or none where one does not fit.
    fileprivate func all<Element>(_ make: (CanonicalValue) -> Element?) -> [Element]? {
        guard let array else { return nil }
        let made = array.compactMap(make)
        return made.count == array.count ? made : nil
    }
}
