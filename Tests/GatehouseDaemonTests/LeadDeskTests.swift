import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import Glibc
import Testing

@testable import GatehouseDaemon

/// What leaves in a slot, opened by the `openssl` of the machine, and what its receiver signs with it.
@Suite("Leads at the rim")
struct LeadDeskTests {
    private let folder: String
    private let certificate: [UInt8]
    private let sealer: LeadSealer

    init() throws {
        var template = Array("/tmp/gatehouse-leads.XXXXXX".utf8CString)
        folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        let name = "-x509 -nodes -days 2 -subj /CN=issuer"
        try Self.run("openssl req \(name) -newkey rsa:2048 -keyout \(folder)/key.pem -out \(folder)/issuer.pem")
        certificate = try #require(Envelope.certificate(pem: Self.octets("\(folder)/issuer.pem")))
        sealer = try LeadSealer(seed: SecretKey([UInt8](repeating: 5, count: 32)), site: "lotus")
    }

    private static func run(_ command: String) throws {
        let process = try #require(popen("\(command) 2>/dev/null", "r"))
        #expect(pclose(process) == 0, "\(command)")
    }

    private static func octets(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var room = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&room, 1, room.count, file)
        return Array(room.prefix(count))
    }

    private func put(_ octets: [UInt8], _ name: String) throws -> String {
        let file = try #require(fopen("\(folder)/\(name)", "w"))
        defer { fclose(file) }
        #expect(fwrite(octets, 1, octets.count, file) == octets.count)
        return "\(folder)/\(name)"
    }

    private func lead(portal: PortalID = "wicket", picture: [UInt8]? = nil) -> WatchlistLead {
        WatchlistLead(
            entry: "00112233445566ff", portal: portal, at: CivilTime(milliseconds: 1_795_176_000_123), event: 7,
            picture: picture)
    }

    private func slot(_ lead: WatchlistLead?) -> LeadSlot {
        LeadSlot(
            number: 1, id: lead.map { _ in String(repeating: "a", count: 32) }, lead: lead, certificate: certificate)
    }

    @Test func leadsAndBlanksHaveOneSize() throws {
        let leads = [
            nil, lead(), lead(portal: PortalID(String(repeating: "p", count: 64))),
            lead(picture: [UInt8](repeating: 1, count: 32)),
        ]
        let sizes = Set(try (0..<3).flatMap { _ in try leads.map { try sealer.seal(slot($0)).count } })
        #expect(sizes.count == 1)
    }

    /// The receiver needs nothing of ours: the text and its signature fall out of `openssl`.
    @Test func opensslOpensALeadAndChecksWhoSentIt() throws {
        let sealed = try put(sealer.seal(slot(lead())), "lead.der")
        let open = "openssl cms -decrypt -inform DER -in \(sealed) -inkey \(folder)/key.pem -out \(folder)/opened"
        try Self.run(open)
        try Self.run(
            "head -c 768 \(folder)/opened > \(folder)/text && tail -c 64 \(folder)/opened > \(folder)/signature")
        let key = try put(Array(Ed25519.pem(publicKey: sealer.publicKey).utf8), "gate.pub")
        let files = "-in \(folder)/text -sigfile \(folder)/signature"
        try Self.run("openssl pkeyutl -verify -pubin -inkey \(key) -rawin \(files)")
        let text = try Self.octets("\(folder)/text")
        let said = try #require(JSON(line: text.filter { $0 != 10 })?.object)
        #expect(said["entry"]?.string == "00112233445566ff" && said["portal"]?.string == "wicket")
        #expect(said["event"]?.integer == 7 && said["site"]?.string == "lotus" && said["kind"]?.string == "lead")
    }

    /// Each answer is a line under the key of the issuer; what anybody else says is left out.
    @Test(arguments: LeadSlots.Answer.allCases)
    func whatTheIssuerSignedIsHeard(answer: LeadSlots.Answer) throws {
        let id = String(repeating: "0a", count: 16)
        let line = try put(LeadSealer.answerText(answer, id: id), "line")
        try Self.run("openssl dgst -sha256 -sign \(folder)/key.pem -out \(folder)/signed \(line)")
        let signature = Base64.encode(try Self.octets("\(folder)/signed"))
        func body(_ answer: String, _ id: String, _ signature: String) -> [UInt8] {
            Array(#"{"answers":[{"answer":"\#(answer)","id":"\#(id)","signature":"\#(signature)"}]}    "#.utf8) + [10]
        }
        func heard(_ body: [UInt8]) -> [LeadAnswer] { LeadDesk.answers(in: body, certificate: certificate) }
        #expect(heard(body(answer.rawValue, id, signature)) == [LeadAnswer(id: id, answer: answer)])
        let other = LeadSlots.Answer.allCases.first { $0 != answer }?.rawValue ?? ""
        #expect(heard(body(other, id, signature)).isEmpty, "another answer")
        #expect(heard(body(answer.rawValue, String(repeating: "0b", count: 16), signature)).isEmpty, "another message")
        #expect(heard(body(answer.rawValue, id, "AAAA")).isEmpty && heard([]).isEmpty && heard([1, 2]).isEmpty)
        #expect(heard(body("gone", id, signature)).isEmpty)
    }
}
