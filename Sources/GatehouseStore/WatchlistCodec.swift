internal import GatehouseCore

/// Watchlist rows: canonical bytes, sealed as a whole under the hash of their name.
enum WatchlistCodec {
    static func key(_ name: String, _ secrets: StoreSecrets) -> String {
        secrets.sha256(Array("watch/\(name)".utf8)).prefix(16).map { octet in
            let digits = Array("0123456789abcdef")
            return "\(digits[Int(octet >> 4)])\(digits[Int(octet & 15)])"
        }.joined()
    }

    static func encode(_ activation: WatchlistActivation) -> [UInt8] {
        CanonicalValue.map([
            "authority": .text(activation.authority), "basis": .text(activation.legalBasis),
            "assessment": .text(activation.assessment),
            "communities": .array(activation.communities.map { .text($0) }),
            "from": .integer(activation.notBefore.milliseconds), "until": .integer(activation.notAfter.milliseconds),
            "signers": .array(activation.signers.map { .octets($0) }),
            "certificate": .octets(activation.issuerCertificate), "digest": .octets(activation.digest),
            "slot": .integer(activation.slot.wholeMilliseconds),
            "confidence": .integer(Int64(activation.minimumConfidence)),
        ]).encoded()
    }

    static func encode(_ entry: WatchlistEntry) -> CanonicalValue {
        .map([
            "people": .integer(Int64(entry.people)), "confidence": .integer(Int64(entry.minimumConfidence)),
            "minor": .boolean(entry.isMinor), "id": .text(entry.id), "category": .text(entry.category.rawValue),
            "portals": .array(entry.portals.map { .text($0.name) }),
            "from": .integer(entry.validFrom.milliseconds), "expires": .integer(entry.expires.milliseconds),
            "references": .array(entry.references.map { .octets($0) }), "digest": .octets(entry.digest),
        ])
    }

    static func encode(tombstone: [UInt8]) -> CanonicalValue { .map(["buried": .octets(tombstone)]) }

    /// Rows of entries are as long as the largest that there may be.
    private static let size = 4096

    static func padded(_ value: CanonicalValue) -> [UInt8] {
        guard let map = value.map else { return value.encoded() }
        func filled(_ count: Int) -> [UInt8] {
            let zeros = [UInt8](repeating: 0, count: max(0, count))
            return CanonicalValue.map(map.merging(["pad": .octets(zeros)]) { $1 }).encoded()
        }
        // The length of the filling has a length itself.
        let first = size - filled(0).count
        return filled(first - (filled(first).count - size))
    }

    /// Steps that wait, as a row of one size.
    static func encode(_ steps: [WatchlistNote]) -> [UInt8] {
        let waiting = steps.prefix(LeadSlots.mostSteps)
        let blank = WatchlistNote(.blank).octets
        let octets = waiting.flatMap(\.octets)
        let rest = LeadSlots.mostSteps - waiting.count
        return CanonicalValue.map([
            "steps": .octets(octets + (0..<rest).flatMap { _ in blank })
        ]).encoded()
    }

    static func steps(_ octets: [UInt8]) -> [WatchlistNote]? {
        guard let all = CanonicalValue(decoding: octets)?.map?["steps"]?.octets else { return nil }
        return stride(from: 0, to: all.count, by: WatchlistNote.size).compactMap { start in
            let note = WatchlistNote(octets: Array(all[start..<min(all.count, start + WatchlistNote.size)]))
            return note?.kind == .blank ? nil : note
        }
    }

    static func tombstone(_ octets: [UInt8]) -> [UInt8]? {
        CanonicalValue(decoding: octets)?.map?["buried"]?.octets
    }

    static func activation(_ octets: [UInt8]) -> WatchlistActivation? {
        guard let map = CanonicalValue(decoding: octets)?.map, let authority = map["authority"]?.text,
            let basis = map["basis"]?.text, let assessment = map["assessment"]?.text,
            let communities = map["communities"]?.array, let from = map["from"]?.integer,
            let until = map["until"]?.integer, let signers = map["signers"]?.array,
            let certificate = map["certificate"]?.octets, let digest = map["digest"]?.octets
        else { return nil }
        return WatchlistActivation(
            authority: authority, legalBasis: basis, assessment: assessment,
            communities: communities.compactMap(\.text), notBefore: CivilTime(milliseconds: from),
            notAfter: CivilTime(milliseconds: until), signers: signers.compactMap(\.octets),
            issuerCertificate: certificate,
            slot: map["slot"]?.integer.map { .milliseconds($0) } ?? WatchlistActivation.usualSlot,
            minimumConfidence: map["confidence"]?.integer.flatMap { Int(exactly: $0) } ?? 0, digest: digest)
    }

    static func entry(_ octets: [UInt8]) -> WatchlistEntry? {
        guard let map = CanonicalValue(decoding: octets)?.map, let id = map["id"]?.text,
            let category = map["category"]?.text.flatMap(WatchlistCategory.init(rawValue:)),
            let portals = map["portals"]?.array, let from = map["from"]?.integer, let expires = map["expires"]?.integer,
            let references = map["references"]?.array, let digest = map["digest"]?.octets
        else { return nil }
        return WatchlistEntry(
            id: id, category: category, portals: portals.compactMap(\.text).map { PortalID($0) },
            validFrom: CivilTime(milliseconds: from), expires: CivilTime(milliseconds: expires),
            references: references.compactMap(\.octets),
            // Of entries of 0.2.0 each reference counts as somebody else.
            people: map["people"]?.integer.flatMap { Int(exactly: $0) } ?? references.count,
            minimumConfidence: map["confidence"]?.integer.flatMap { Int(exactly: $0) } ?? 0,
            isMinor: map["minor"]?.boolean ?? false, digest: digest)
    }
}
