import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseSimulation
import Testing

/// A fob that one reader reads as one number and another reader as another.
@Suite("Further numbers at the desk")
struct OtherNumberDeskTests {
    private static let inFront = CardNumber(format: "H10301", facility: 118, number: 2044)
    private static let atTheBack = CardNumber(format: "UID34", number: 2_312_379_265)

    private func open(_ bench: DeskBench, _ number: CardNumber) throws -> String? {
        bench.give([.reader("wicket-in", .card(CardRead(number: number)))])
        return try bench.entries([.decision]).last?.outcome
    }

    @Test func eachOfThemOpensFindsAndIsTakenAway() throws {
        let bench = try DeskTests.filled()
        let added = bench.say(
            CredentialAdd(
                person: "R-1", kind: "card", card: "H10301:118-2044", also: "UID34:2312379265 H10301:118-2044"))
        let id = try #require(added.value(RecordedRow.self)?.id)
        #expect(try open(bench, Self.inFront) == "granted" && open(bench, Self.atTheBack) == "granted")
        let shown = bench.say(CredentialShow(id: "UID34:2312379265")).value(CredentialShow.Reply.self)
        #expect(shown?.first.id == id && shown?.first.also == ["UID34:2312379265"])
        let found = bench.say(Find(text: "2312379265"), by: RightsTests.manager)
        #expect(found.items.contains { String(decoding: $0, as: UTF8.self).contains("H10301:118-2044") })
        #expect(bench.say(CredentialChange(id: "UID34:2312379265", status: "lost")).refusal == nil)
        #expect(try open(bench, Self.inFront) == "denied" && open(bench, Self.atTheBack) == "denied")
    }

    @Test func aNumberIsOneCardsAlone() throws {
        let bench = try DeskTests.filled()
        let taken = bench.say(
            CredentialAdd(person: "R-1", kind: "card", card: "H10301:118-2044", also: "H10301:118-1604"))
        #expect(taken.refusal?.code == "credentialTaken")
        #expect(bench.say(CredentialChange(id: "H10301:118-1603", also: "UID34:5")).refusal == nil)
        #expect(
            bench.say(CredentialAdd(person: "T-1", kind: "card", card: "UID34:5")).refusal?.code == "credentialTaken")
        #expect(bench.say(CredentialChange(id: "H10301:118-1603", also: "none")).refusal == nil)
        #expect(bench.say(CredentialAdd(person: "T-1", kind: "card", card: "UID34:5")).refusal == nil)
    }

    @Test(arguments: [
        ("H10301:388-5490", "also"), ("UID34:1 UID34:2 UID34:3 UID34:4", "at most 3"), ("h10301x:1-1", "H10301"),
    ])
    func whatIsNoCardIsRefused(_ also: String, _ words: String) throws {
        let bench = try DeskTests.filled()
        let refusal = bench.say(CredentialChange(id: "H10301:118-1603", also: try PersonalArgument(argument: also)))
            .refusal
        #expect(refusal?.message.contains(words) == true, "\(refusal?.message ?? "taken")")
        let pin = bench.say(CredentialAdd(person: "R-1", kind: "pin", pin: "73910482", also: "UID34:5")).refusal
        #expect(pin?.message.contains("only a card") == true)
    }

    /// A new fob has numbers of its own.
    @Test func aReplacementHasNoneOfThem() throws {
        let bench = try DeskTests.filled()
        #expect(bench.say(CredentialChange(id: "H10301:118-1603", also: "UID34:5")).refusal == nil)
        let new = bench.say(CredentialReplace(old: "UID34:5", card: "H10301:118-2044")).value(RecordedRow.self)
        let shown = bench.say(CredentialShow(id: "H10301:118-2044")).value(CredentialShow.Reply.self)
        #expect(shown?.first.id == new?.id && shown?.first.also == nil)
        #expect(try open(bench, CardNumber(format: "UID34", number: 5)) == "denied")
    }

    /// It says so, and the new card may have its own in the same breath.
    @Test func aReplacementTellsWhatIsGoneAndTakesItsOwn() throws {
        let bench = try DeskTests.filled()
        #expect(bench.say(CredentialChange(id: "H10301:118-1603", also: "H10301:7-5")).refusal == nil)
        let told = bench.say(CredentialReplace(old: "H10301:7-5", card: "H10301:118-2044")).value(RecordedRow.self)
        #expect(told?.warning?.contains("H10301:7-5") == true && told?.warning?.contains("--also") == true)
        let new = bench.say(
            CredentialReplace(old: "H10301:118-2044", card: "H10301:118-2045", also: "H10301:7-6")
        ).value(RecordedRow.self)
        #expect(new != nil && new?.warning == nil)
        let shown = bench.say(CredentialShow(id: "H10301:118-2045")).value(CredentialShow.Reply.self)
        #expect(shown?.first.also == ["H10301:7-6"])
        #expect(try open(bench, CardNumber(format: "H10301", facility: 7, number: 6)) == "granted")
    }

    /// A format that no reader reads is told of each number.
    @Test func aFurtherNumberThatNoReaderReadsIsTold() throws {
        let bench = try DeskTests.filled()
        func warning(_ answer: DeskBench.Answer) -> String? { answer.value(RecordedRow.self)?.warning }
        let added = CredentialAdd(person: "R-1", kind: "card", card: "H10301:118-2044", also: "UID34:5")
        #expect(warning(bench.say(added))?.contains("UID34") == true)
        #expect(
            warning(bench.say(CredentialChange(id: "H10301:118-1603", also: "C1K35:1-5")))?.contains("C1K35") == true)
        #expect(warning(bench.say(CredentialChange(id: "H10301:118-1603", also: "none"))) == nil)
    }

    /// Who has it, and which number it is: of several rows "row 1" tells nobody anything.
    @Test func aNumberThatIsTakenIsToldWithItsHolder() throws {
        let bench = try DeskTests.filled()
        let refusal = bench.say(
            CredentialAdd(person: "R-1", kind: "card", card: "H10301:118-2044", also: "H10301:118-1604")
        ).refusal
        #expect(refusal?.code == "credentialTaken" && refusal?.message.contains("row 1") == false)
        for word in ["H10301:118-1604", "钱二", "T-1"] { #expect(refusal?.message.contains(word) == true, "\(word)") }
        let looks = try bench.entries([.look])
        #expect(looks.last?.person != nil, "who is named was looked at")
    }

    /// The same from a file.
    @Test func anImportNamesTheCardThatIsTaken() throws {
        let bench = try DeskTests.filled()
        #expect(bench.say(CredentialChange(id: "H10301:118-1604", also: "H10301:7-5")).refusal == nil)
        let file = "reference,kind,value\nR-1,card,H10301:7-5\n"
        _ = bench.say(ImportChunk(file: "credentials.csv", data: OctetsArgument(Array(file.utf8))))
        let told = bench.say(ImportFiles()).items.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(told.contains("H10301:7-5 belongs to T-1 already"), "\(told)")
    }

    /// Whose PIN it is that somebody typed is nobody's to know.
    @Test func nobodyIsToldWhosePINItIs() throws {
        let bench = try DeskTests.filled()
        #expect(bench.say(CredentialAdd(person: "T-1", kind: "pin", pin: "73910482")).refusal == nil)
        let refusal = bench.say(CredentialAdd(person: "R-1", kind: "pin", pin: "73910482")).refusal
        #expect(refusal?.code == "credentialTaken" && refusal?.message.contains("钱二") == false)
    }

    @Test func aPlateIsNoFurtherNumber() throws {
        let bench = try DeskTests.filled()
        let refusal = bench.say(CredentialChange(id: "H10301:118-1603", also: "PLATE:鲁G12345")).refusal
        #expect(refusal?.message.contains("vehicle add") == true, "\(refusal?.message ?? "taken")")
    }

    /// A number without its format is told as the register has it.
    @Test func whatWasUnderstoodIsTold() throws {
        let bench = try DeskTests.filled()
        let answer = bench.say(CredentialAdd(person: "R-1", kind: "card", card: "118:1705", also: "118,01706"))
        #expect(answer.refusal == nil, "\(answer.refusal?.message ?? "")")
        let told = try #require(Understood(beside: answer.reply.get()))
        #expect(told.cards == ["card": "H10301:118-1705", "also": "H10301:118-1706"])
        let plain = bench.say(CredentialAdd(person: "R-1", kind: "card", card: "H10301:118-1707"))
        #expect(try Understood(beside: plain.reply.get())?.cards == nil)
    }

    @Test func thePageOfAPersonHasThem() throws {
        let bench = try DeskTests.filled()
        #expect(bench.say(CredentialChange(id: "H10301:118-1603", also: "H10301:7-5")).refusal == nil)
        let reply = try #require(bench.say(PersonShow(reference: "R-1")).value(PersonShow.Reply.self))
        #expect(
            PersonPage.lines(reply, .english).contains { $0.contains("H10301:118-1603") && $0.contains("H10301:7-5") })
    }
}
