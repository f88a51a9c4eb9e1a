import ArgumentParser
import CLinux
import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister
import Glibc

/// Where a document is for: a configuration says it, and what nobody said is not checked.
struct PaperPlace: ParsableArguments {
    @Option(
        help: told("The site's configuration: its name, portals, card formats, zone and oversight key are checked."))
    var config: String?

    struct Known {
        var place = WatchlistDocument.Place()
        var calendar = SiteCalendar(fixedOffset: 0)
        var now = CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000)

        /// A time as people type it, with the sentence that refuses it.
        func time(_ name: String, _ text: String, isEnd: Bool) throws -> CivilTime {
            guard let time = TypedTime(text, now: now, calendar: calendar, way: .ahead) else {
                complain(words("\(name): \"\(plain(text))\" is no time; \(TypedTime.examples)"))
                throw Exit.usage
            }
            return CivilTime(seconds: time.seconds(calendar, isEnd: isEnd))
        }

        func text(_ milliseconds: Int64?) -> String {
            guard let milliseconds else { return "?" }
            let time = TypedTime.instant(CivilTime(milliseconds: milliseconds).seconds)
            return time.echo(calendar, isEnd: false)
        }
    }

    func known() throws -> Known {
        var known = Known()
        if let config {
            let configuration = try readConfiguration(config)
            known.calendar = (try? StartCheck.calendar(of: configuration).get()) ?? known.calendar
            known.place = WatchlistDocument.Place(
                site: configuration.site.name, oversightKey: configuration.watchlist?.oversightKey,
                portals: configuration.site.portals.map(\.id),
                cards: CardCatalogue(own: configuration.cardFormats, read: configuration.readFormats))
        } else if access("/etc/localtime", R_OK) == 0, let local = SiteCalendar(tzif: try readFile("/etc/localtime")) {
            known.calendar = local
        }
        return known
    }
}

/// Does what a document may refuse, and says so as the daemon would.
private func refusing<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let refusal as WatchlistDocument.Refusal {
        complain(plain(words("refused: \(refusal.message)")))
        throw Exit.refused
    } catch let error as CryptoError {
        complain("\(error)")
        throw Exit.refused
    }
}

/// A public key as a PEM file has it, or as 43 characters of base64url, or 64 hexadecimal digits.
private func publicKey(_ text: String) throws -> [UInt8] {
    if let key = Base64.decode(text, isURLSafe: true), key.count == 32 { return key }
    if let key = Hexadecimal.decode(text), key.count == 32 { return key }
    guard let key = Ed25519.publicKey(pem: try readFile(text)) else {
        complain(words("\(text): no public Ed25519 key (openssl pkey -in KEY.pem -pubout)"))
        throw Exit.usage
    }
    return key
}

private func put(_ document: String, _ file: String?) throws {
    guard let file, file != "-" else { return print(document) }
    let new = "\(file).new"
    try writeFile(new, Array("\(document)\n".utf8))
    guard rename(new, file) == 0 else {
        complain("\(file): \(String(cString: strerror(errno)))")
        throw Exit.usage
    }
}

struct WatchlistDraft: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft", abstract: words("Make a document that nobody has signed yet. No daemon is asked."),
        discussion: words("Example: gatehousectl watchlist draft entry --help"),
        subcommands: [Activation.self, Entry.self, Deactivation.self])

    struct Deactivation: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("A document that ends an activation, for the oversight to sign."),
            discussion: words(
                "Example: gatehousectl watchlist draft deactivation activation.json --out deactivation.json"))
        @Argument(help: told("The activation that it ends."), completion: .file()) var file: String
        @Option(help: told("The file to write; the output when nothing is said."), completion: .file()) var out: String?
        @OptionGroup var place: PaperPlace

        func run() throws {
            let known = try place.known()
            let document = String(decoding: try readFile(file), as: UTF8.self)
            let (digest, communities) = try refusing { try WatchlistDocument.named(document) }
            let members: [String: JSON] = [
                "activation": .string(Hexadecimal.encode(digest)), "communities": communities,
            ]
            try put(
                refusing { try WatchlistDocument.draft(.deactivation, members, now: known.now, place: known.place) },
                out
            )
        }
    }

    struct Activation: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("The certificate that switches the list on, for the oversight to sign."),
            discussion: words(
                """
                Example:
                  gatehousectl watchlist draft activation --authority "District police" --legal-basis order-12/2026 \\
                    --assessment PIA-7 --community lotus-garden --until 90d --signer a.pub --signer b.pub \\
                    --certificate issuer.pem --out activation.json
                """))
        @Option(help: told("Who may flag: the authority's name.")) var authority: String
        @Option(help: told("The code of the law or order that it rests on, without blanks.")) var legalBasis: String
        @Option(help: told("The number of the impact assessment.")) var assessment: String
        @Option(help: told("A site by its name; say it once for each.")) var community: [String]
        @Option(help: told("When it begins.")) var from = "now"
        @Option(help: told("When it ends: a year later at most.")) var until: String
        @Option(
            help: told("A public key that may sign entries: PEM file, base64url or hexadecimal. At least two."),
            completion: .file()) var signer: [String]
        @Option(help: told("The issuer's certificate, PEM: leads are sealed to it."), completion: .file())
        var certificate: String
        @Option(help: told("Seconds from one message to the next, 2 to 60.")) var slot: Int64 = 10
        @Option(help: told("What no entry goes below, 0 to 100.")) var minimumConfidence: Int64 = 0
        @Option(help: told("The file to write; the output when nothing is said."), completion: .file()) var out: String?
        @OptionGroup var place: PaperPlace

        func run() throws {
            let known = try place.known()
            guard let der = Envelope.certificate(pem: try readFile(certificate)) else {
                complain(words("certificate: \(certificate) is no certificate (PEM) that can be sealed to"))
                throw Exit.usage
            }
            let members: [String: JSON] = [
                "authority": .string(authority), "legal_basis": .string(legalBasis), "assessment": .string(assessment),
                "communities": .array(community.map { .string($0) }),
                "not_before": .integer(try known.time("--from", from, isEnd: false).milliseconds),
                "not_after": .integer(try known.time("--until", until, isEnd: true).milliseconds),
                "signers": .array(
                    try signer.map { .string(Base64.encode(try publicKey($0), isURLSafe: true)) }),
                "certificate": .string(Base64.encode(der)), "slot": .integer(slot),
                "minimum_confidence": .integer(minimumConfidence),
            ]
            try put(
                refusing { try WatchlistDocument.draft(.activation, members, now: known.now, place: known.place) }, out)
        }
    }

    struct Entry: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("One flagged person or card, for two people of the authority to sign."),
            discussion: words(
                """
                Example:
                  gatehousectl watchlist draft entry --case C-118 --legal-basis W-2 --category missing --portal wicket \\
                    --card H10301:118-1705 --until 3d --out entry.json
                """))
        @Option(help: told("The authority's own number of the case, not a name.")) var `case`: String
        @Option(help: told("The code of the law or order.")) var legalBasis: String
        @Option(
            help: told("warrant, missing or protective."), completion: .list(WatchlistCategory.allCases.map(\.rawValue))
        )
        var category: String
        @Flag(help: told("Somebody of them is under 18: missing or at risk, and nothing else.")) var minor = false
        @Option(help: told("A portal where it counts; say it once for each.")) var portal: [String]
        @Option(help: told("A card, as credential add takes it.")) var card: [String] = []
        @Option(help: told("Somebody by the property office's reference.")) var person: [String] = []
        @Option(help: told("When it begins.")) var from = "now"
        @Option(help: told("When it ends; 7 days later when nothing is said, 30 at most.")) var until: String?
        @Option(help: told("The least confidence of a face, 0 to 100.")) var minimumConfidence: Int64 = 0
        @Option(help: told("Its id; drawn at random when nothing is said. The id of an entry renews it.")) var id:
            String?
        @Option(help: told("The file to write; the output when nothing is said."), completion: .file()) var out: String?
        @OptionGroup var place: PaperPlace

        func run() throws {
            let known = try place.known()
            let begin = try known.time("--from", from, isEnd: false)
            let end = try until.map { try known.time("--until", $0, isEnd: true) }
            let matches: [JSON] = card.map { ["card": .string($0)] } + person.map { ["person": .string($0)] }
            let members: [String: JSON] = [
                "id": .string(id ?? Hexadecimal.encode(Random.octets(16))), "case": .string(self.case),
                "legal_basis": .string(legalBasis), "category": .string(category),
                "portals": .array(portal.map { .string($0) }), "valid_from": .integer(begin.milliseconds),
                "expires": .integer(end?.milliseconds ?? begin.milliseconds + WatchlistDocument.defaultLife),
                "match": .array(matches), "minimum_confidence": .integer(minimumConfidence),
                "minor": .boolean(minor),
            ]
            try put(
                refusing { try WatchlistDocument.draft(.entry, members, now: known.now, place: known.place) }, out)
        }
    }
}

struct WatchlistSign: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: words("Add a signature to a document. The private key stays where it is."),
        discussion: words(
            """
            A key under a passphrase asks for it at the terminal, which does not show it. A key on a token is written as
            its pkcs11: address; OpenSSL needs a provider for those. Read a document with show before you sign it.
            Example: gatehousectl watchlist sign entry.json --key signer.pem
            """))
    @Argument(help: told("The document; it gets the signature unless --out says another file."), completion: .file())
    var file: String
    @Option(help: told("The private key: a PEM file, or a pkcs11: address."), completion: .file()) var key: String
    @Option(help: told("A file with the passphrase of the key."), completion: .file()) var passphraseFrom: String?
    @Option(help: told("Another file to write; - is the output."), completion: .file()) var out: String?
    @OptionGroup var place: PaperPlace

    func run() throws {
        let known = try place.known()
        let document = String(decoding: try readFile(file), as: UTF8.self)
        let signed = try refusing {
            let key = try signingKey()
            return try WatchlistDocument.signed(document, by: key.publicKey, now: known.now, place: known.place) {
                try key.sign($0)
            }
        }
        try put(signed, out ?? file)
    }

    private func signingKey() throws -> SigningKey {
        if key.hasPrefix("pkcs11:") { return try SigningKey(address: key) }
        let pem = try readFile(key)
        let given = try passphraseFrom.map { try readFile($0).prefix { $0 != 10 && $0 != 13 } }
        return try SigningKey(pem: pem) {
            given.map { SecretKey($0) } ?? PINInput.askUnseen(words("passphrase: ")).map { SecretKey(Array($0.utf8)) }
        }
    }
}

struct WatchlistShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: words("A document in words: fields, signatures, and what the daemon would say."),
        discussion: words(
            """
            An entry is looked at beside the activation that names its signers. Exit status 1: the daemon would refuse it.
            Example: gatehousectl watchlist show entry.json --activation activation.json --config gatehouse.yaml
            """))
    @Argument(help: told("The document."), completion: .file()) var file: String
    @Option(help: told("The activation that an entry belongs to."), completion: .file()) var activation: String?
    @OptionGroup var place: PaperPlace
    @Option(help: told("Language of the words: en or zh.")) var lang: Language?

    func run() throws {
        let known = try place.known()
        let document = String(decoding: try readFile(file), as: UTF8.self)
        let over = try activation.map { try standing($0, known) }
        var keys = over?.signers ?? []
        if let oversight = known.place.oversightKey { keys.append(oversight) }
        let look = try refusing { try WatchlistDocument.look(document, keys: keys) }
        let paper = PaperWords()
        paper.tell(look, known, over)
        let refusal = WatchlistDocument.verdict(document, activation: over, now: known.now, place: known.place)
        paper.tell(look.kind, refusal, known, hasActivation: over != nil)
        if refusal != nil { throw Exit.refused }
    }

    private func standing(_ file: String, _ known: PaperPlace.Known) throws -> WatchlistActivation {
        let text = String(decoding: try readFile(file), as: UTF8.self)
        return try refusing {
            try WatchlistDocument.standing(text, now: known.now, place: known.place)
        }
    }
}
