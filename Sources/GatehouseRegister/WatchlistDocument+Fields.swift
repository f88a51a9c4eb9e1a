internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto

/// What each field of a document may hold: for the daemon that takes it, and for whoever drafts one.
extension WatchlistDocument {
    struct ActivationFields {
        var authority: String
        var legalBasis: String
        var assessment: String
        var communities: [String]
        var from: CivilTime
        var until: CivilTime
        var signers: [[UInt8]]
        var certificate: [UInt8]
        var slot: Duration
        var minimumConfidence: Int
    }

    struct EntryFields {
        var id: String
        var category: WatchlistCategory
        var portals: [PortalID]
        var from: CivilTime
        var until: CivilTime
        var matches: [Match]
        var minimumConfidence: Int
        var isMinor: Bool
    }

    /// What no text is: letters and digits of a closed alphabet, without blanks. Those of an entry hold a digit, so that no name is one.
    private static func isCode(_ text: String?, ofEntry: Bool) -> Bool {
        guard let octets = text?.utf8, (1...(ofEntry ? 32 : 64)).contains(octets.count) else { return false }
        let isDigit: (UInt8) -> Bool = { (48...57).contains($0) }
        let isKnown = octets.allSatisfy {
            isDigit($0) || (65...90).contains($0) || (!ofEntry && (97...122).contains($0)) || [45, 46, 47].contains($0)
        }
        return isKnown && (!ofEntry || octets.contains(where: isDigit))
    }

    /// The name of a body: words, and nothing that a sentence needs.
    private static func isNameOfABody(_ text: String?) -> Bool {
        guard let text, (1...100).contains(text.count) else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || " -./()".contains($0) } && text.contains { $0 != " " }
    }

    enum Match {
        case card(CardNumber)
        case person(String)
    }

    /// A site that is nil is any, and so is a key of the oversight.
    static func activationFields(
        _ payload: [String: JSON], site: String?, oversightKey: [UInt8]?, now: CivilTime
    ) throws(Refusal) -> ActivationFields {
        let members = try exactly(
            payload,
            [
                "type", "authority", "legal_basis", "assessment", "communities", "not_before", "not_after", "signers",
                "certificate",
            ], optional: ["slot", "minimum_confidence"])
        guard members["type"]?.string == Kind.activation.rawValue else {
            throw Refusal(Sentence("type: the document is no activation certificate"))
        }
        guard let authority = members["authority"]?.string, isNameOfABody(authority) else {
            throw Refusal(
                Sentence(
                    "authority must be the name of a body: letters, digits, blanks and -./() in 1 to 100 characters"))
        }
        var codes: [String] = []
        for name in ["legal_basis", "assessment"] {
            guard let code = members[name]?.string, isCode(code, ofEntry: false) else {
                throw Refusal(Sentence("\(name) must be a code of 1 to 64 letters, digits, dots, slashes and dashes"))
            }
            codes.append(code)
        }
        let slot = members["slot"].map { $0.integer ?? 0 } ?? WatchlistActivation.usualSlot.wholeMilliseconds / 1000
        guard (2...60).contains(slot) else { throw Refusal(Sentence("slot must be 2 to 60 seconds")) }
        let confidence = members["minimum_confidence"].map { $0.integer ?? -1 } ?? 0
        guard (0...100).contains(confidence) else { throw Refusal(Sentence("minimum_confidence must be 0 to 100")) }
        guard let communities = strings(members["communities"]), !communities.isEmpty else {
            throw Refusal(Sentence("communities must name sites"))
        }
        if let site, !communities.contains(site) {
            throw Refusal(Sentence("communities: the certificate does not name this site (\(site))"))
        }
        guard let from = members["not_before"]?.integer, let until = members["not_after"]?.integer, from < until,
            lasts(from, until, atMost: longestActivation)
        else { throw Refusal(Sentence("not_before and not_after must be milliseconds of UTC, at most a year apart")) }
        guard until > now.milliseconds else { throw Refusal(Sentence("not_after: the certificate has expired")) }
        let keys = (strings(members["signers"]) ?? []).map { Base64.decode($0, isURLSafe: true) ?? [] }
        guard keys.count >= 2, Set(keys).count == keys.count, keys.allSatisfy({ $0.count == 32 }) else {
            throw Refusal(Sentence("signers must be two or more different Ed25519 keys (base64url)"))
        }
        if let oversightKey, keys.contains(oversightKey) {
            throw Refusal(Sentence("signers: the oversight key cannot sign entries"))
        }
        guard let certificate = members["certificate"]?.string.flatMap({ Base64.decode($0) }),
            Envelope.isCertificate(certificate)
        else { throw Refusal(Sentence("certificate must be the issuer's X.509 certificate (base64 of DER)")) }
        return ActivationFields(
            authority: authority, legalBasis: codes[0], assessment: codes[1], communities: communities,
            from: CivilTime(milliseconds: from), until: CivilTime(milliseconds: until), signers: keys,
            certificate: certificate, slot: .seconds(slot), minimumConfidence: Int(confidence))
    }

    /// Portals that are nil are any.
    static func entryFields(
        _ payload: [String: JSON], now: CivilTime, portals known: [PortalID]?, cards: CardCatalogue
    ) throws(Refusal) -> EntryFields {
        let members = try exactly(
            payload,
            [
                "type", "id", "case", "legal_basis", "category", "portals", "valid_from", "expires", "match",
                "minimum_confidence",
            ], optional: ["minor"])
        guard members["type"]?.string == Kind.entry.rawValue else {
            throw Refusal(Sentence("type: the document is no watchlist entry"))
        }
        guard let id = members["id"]?.string, (16...64).contains(id.utf8.count),
            id.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) || $0 == 45 })
        else { throw Refusal(Sentence("id must be 16 to 64 hexadecimal digits or dashes, drawn at random")) }
        for name in ["case", "legal_basis"] {
            guard isCode(members[name]?.string, ofEntry: true) else {
                throw Refusal(
                    Sentence(
                        "\(name) must be a code of 1 to 32 capital letters, digits, dots, slashes and dashes, with a digit"
                    ))
            }
        }
        guard let category = members["category"]?.string.flatMap(WatchlistCategory.init(rawValue:)) else {
            throw Refusal(
                Sentence(
                    "category must be one of \(WatchlistCategory.allCases.map(\.rawValue).joined(separator: ", "))"))
        }
        guard let portals = strings(members["portals"])?.map({ PortalID($0) }), !portals.isEmpty,
            portals.allSatisfy({ known?.contains($0) ?? !$0.name.isEmpty })
        else { throw Refusal(Sentence("portals must name portals of this site: the scope of the entry")) }
        guard let from = members["valid_from"]?.integer, let until = members["expires"]?.integer, from < until else {
            throw Refusal(Sentence("valid_from and expires must be milliseconds of UTC, the one before the other"))
        }
        guard lasts(from, until, atMost: longestLife) else {
            throw Refusal(Sentence("expires: an entry lives 30 days at most"))
        }
        guard until > now.milliseconds else { throw Refusal(Sentence("expires: the entry has expired")) }
        guard from <= now.milliseconds + longestWait else {
            throw Refusal(Sentence("valid_from: an entry begins 24 hours from now at the latest"))
        }
        guard let confidence = members["minimum_confidence"]?.integer, (0...100).contains(confidence) else {
            throw Refusal(Sentence("minimum_confidence must be 0 to 100"))
        }
        let minor = members["minor"]?.boolean
        guard members["minor"] == nil || minor != nil, category == .missing || minor != nil else {
            throw Refusal(Sentence("minor must say whether somebody of them is under 18: true or false"))
        }
        guard category == .missing || minor == false else {
            throw Refusal(
                Sentence("minor: somebody under 18 is on the list as missing or at risk, and for nothing else"))
        }
        return EntryFields(
            id: id, category: category, portals: portals, from: CivilTime(milliseconds: from),
            until: CivilTime(milliseconds: until), matches: try matches(members["match"], cards),
            minimumConfidence: Int(confidence), isMinor: minor ?? false)
    }

    private static func matches(_ value: JSON?, _ cards: CardCatalogue) throws(Refusal) -> [Match] {
        let all = value?.array ?? []
        guard (1...16).contains(all.count) else { throw Refusal(Sentence("match must name 1 to 16 identities")) }
        var found: [Match] = []
        for one in all {
            guard let one = one.object, one.count == 1, let (kind, value) = one.first, let value = value.string else {
                throw Refusal(Sentence("match: each is one of {\"card\": …} and {\"person\": …}"))
            }
            switch kind {
            case "card":
                do { found.append(.card(try cards.card(value))) } catch {
                    throw Refusal(Sentence("match names no card: \(error.message)"))
                }
            case "person": found.append(.person(value))
            default:
                throw Refusal(
                    Sentence("match: each is one of {\"card\": …} and {\"person\": …}; no trait can be matched"))
            }
        }
        return found
    }

    /// Whatever numbers somebody signs.
    private static func lasts(_ from: Int64, _ until: Int64, atMost longest: Int64) -> Bool {
        let (span, overflows) = until.subtractingReportingOverflow(from)
        return !overflows && span <= longest
    }

    static func exactly(
        _ members: [String: JSON], _ names: Set<String>, optional: Set<String> = []
    ) throws(Refusal) -> [String: JSON] {
        if let missing = names.subtracting(members.keys).min() { throw Refusal(Sentence("\"\(missing)\" is missing")) }
        if let extra = Set(members.keys).subtracting(names).subtracting(optional).min() {
            throw Refusal(Sentence("\"\(extra.prefix(40))\" has no place here"))
        }
        return members
    }

    /// Nil where one of them is no text.
    static func strings(_ value: JSON?) -> [String]? {
        guard let all = value?.array else { return nil }
        let texts = all.compactMap(\.string)
        return texts.count == all.count ? texts : nil
    }
}
