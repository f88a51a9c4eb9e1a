import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseSimulation
import Testing

/// Who finds whom at the desk, what they are shown, and who is told of it.
@Suite("Finding at the desk")
struct FindDeskTests {
    private typealias Bench = DeskBench

    private func found(
        _ bench: DeskBench, _ text: String, by person: DeskBench.Person = .root, limit: CountArgument? = nil
    ) throws -> [FoundRow] {
        let answer = bench.say(Find(text: PersonalArgument(text), limit: limit), by: person)
        if let refusal = answer.refusal { throw refusal }
        return answer.items.compactMap { WireJSON.decode(FoundRow.self, $0) }
    }

    private func add(_ bench: DeskBench, _ reference: String, _ name: String, role: TextArgument = "staff") throws {
        let fields = PersonFields(name: PersonalArgument(name), role: role)
        if let refusal = bench.say(PersonAdd(reference: PersonalArgument(reference), fields: fields)).refusal {
            throw refusal
        }
    }

    @Test(arguments: [
        "赵一", "赵", "zhaoyi", "zhao yi", "zy", "ＺＹ", "zhào", "R-1", "r-1", "ｒ－１ ", "H10301:118-1603", "ｈ10301：118-1603",
        "粤B12345", "粤b12345", "1-101", "c/1-101", "１－１０１",
    ])
    func aResidentIsFoundByWhateverSaysWho(text: String) throws {
        let bench = try DeskTests.filled()
        for person in [DeskBench.Person.root, RightsTests.manager, RightsTests.night] {
            let rows = try found(bench, text, by: person)
            let first = try #require(rows.first)
            // A plate is a vehicle's; who keeps it stands beside it.
            #expect(first.reference == "R-1" && first.name == "赵一" && first.dwelling == "c/1-101", "\(text)")
        }
    }

    /// The office finds who called; the guard's screen finds nobody by a number.
    @Test func aTelephoneNumberSaysWhoToTheOfficeAlone() throws {
        let bench = try DeskTests.filled()
        let phone = PersonFields(phone: "+86 138-0013-8000")
        #expect(bench.say(PersonChange(reference: "R-1", fields: phone)).refusal == nil)
        for text in ["13800138000", "138 0013 8000", "+8613800138000", "8000"] {
            #expect(try found(bench, text, by: RightsTests.manager).first?.reference == "R-1", "\(text)")
            #expect(try found(bench, text, by: RightsTests.night).isEmpty, "\(text)")
        }
        #expect(bench.say(PersonShow(reference: "13800138000"), by: RightsTests.manager).refusal == nil)
        // The last digits may be a reference of somebody who is gone.
        #expect(
            bench.say(PersonShow(reference: "8000"), by: RightsTests.manager).refusal?.code == "unknownPerson")
        #expect(bench.say(PersonShow(reference: "13800138000"), by: RightsTests.night).refusal != nil)
    }

    @Test func aManagerIsShownWhatIsTheirsAndAGuardIsNot() throws {
        let bench = try DeskTests.filled()
        #expect(try found(bench, "118-16").map(\.kind) == ["credential", "credential"])
        #expect(try found(bench, "118-16", by: RightsTests.night).isEmpty, "a part of a card is the office's")
        let card = try found(bench, "H10301:118-1604")
        #expect(card.map(\.kind) == ["person", "credential"] && card[1].value == "H10301:118-1604")
        #expect(card[0].dwelling == "c/1-102" && card[0].state == "running", "where the tenancy is")
        let seen = try found(bench, "H10301:118-1604", by: RightsTests.night)
        #expect(
            seen == [
                FoundRow(kind: "person", id: nil, reference: "T-1", name: "钱二", dwelling: "c/1-102", state: "running")
            ])
        let vehicle = try found(bench, "B123", by: RightsTests.night)
        #expect(vehicle.map(\.kind) == ["person"] && vehicle[0].value == nil)
        let home = try found(bench, "1-10")
        #expect(home.map(\.kind) == ["dwelling", "dwelling"] && home.map(\.dwelling) == ["c/1-101", "c/1-102"])
        #expect(bench.say(CredentialAdd(person: "R-1", kind: "pin", pin: "73910482")).refusal == nil)
        #expect(try found(bench, "alone").isEmpty && found(bench, "73910482").isEmpty, "nobody is found by a PIN")
    }

    @Test func whoeverIsShownHasItInTheirReport() throws {
        let bench = try DeskTests.filled()
        _ = try found(bench, "zy", by: RightsTests.night)
        _ = try found(bench, "nobody", by: RightsTests.manager)
        let looks = try bench.entries([.look])
        #expect(looks.suffix(2).map(\.person) == [1, nil])
        #expect(looks.last?.detail["command"]?.text == "find", "what was typed stays out of the journal")
        _ = bench.say(TenancyList(), by: RightsTests.manager)
        _ = bench.say(PersonList(), by: RightsTests.manager)
        #expect(try bench.entries([.look]).suffix(3).map(\.person) == [2, 1, 2])
        let before = try bench.entries().count
        _ = bench.say(DwellingList(), by: RightsTests.manager)
        #expect(try bench.entries().count == before + 1, "counts name nobody, and the question is an entry")
    }

    @Test func whatIsLeftOutIsSaid() throws {
        let bench = try DeskTests.filled()
        for number in 1...45 { try add(bench, "S-\(number)", "李\(number)") }
        func count(_ limit: CountArgument?, _ person: DeskBench.Person) throws -> FoundCount {
            let answer = bench.say(Find(text: "li", limit: limit), by: person)
            let reply = try #require(answer.value(FoundCount.self))
            #expect(reply.count == answer.items.count)
            return reply
        }
        #expect(try count(nil, RightsTests.manager) == FoundCount(count: 40, leftOut: 5))
        #expect(try count(200, RightsTests.manager) == FoundCount(count: 45, leftOut: nil))
        #expect(try count(3, RightsTests.manager) == FoundCount(count: 3, leftOut: 42))
        #expect(try count(200, RightsTests.night) == FoundCount(count: 20, leftOut: 25))
        let list = bench.say(PersonList(role: "staff", limit: 7), by: RightsTests.manager)
        #expect(list.value(FoundCount.self) == FoundCount(count: 7, leftOut: 38) && list.items.count == 7)
    }

    @Test(arguments: ["a", "7", " Ａ ", "-"]) func oneLetterFindsNobody(text: String) throws {
        let bench = try DeskTests.filled()
        let refusal = bench.say(Find(text: PersonalArgument(text))).refusal
        #expect(refusal?.code == "tooShort")
    }

    @Test func limitsThatAreNoneAreRefused() throws {
        let bench = try DeskTests.filled()
        for limit in [0, 201] as [CountArgument] {
            #expect(bench.say(Find(text: "zy", limit: limit)).refusal?.code == "malformed")
        }
        for limit in [0, 1001] as [CountArgument] {
            #expect(bench.say(PersonList(limit: limit)).refusal?.code == "malformed")
        }
        #expect(bench.say(PersonList(role: "king")).refusal?.code == "malformed")
        #expect(bench.say(PersonList(status: "king")).refusal?.code == "malformed")
        #expect(bench.say(PersonList(endsBefore: "someday")).refusal?.code == "malformed")
        #expect(bench.say(DwellingList(use: "king")).refusal?.code == "malformed")
        #expect(bench.say(DwellingList(community: "nosuch")).refusal?.code == "unknownCommunity")
        #expect(bench.say(TenancyList(state: "runing")).refusal?.message.contains("did you mean \"running\"") == true)
        #expect(bench.say(CredentialList(kind: "king")).refusal?.code == "malformed")
        #expect(bench.say(VehicleList(keeper: "nosuch")).refusal?.code == "unknownPerson")
    }

    /// The index is kept up with all that orders change, with what waits for a disk too.
    @Test func theIndexIsKeptUp() throws {
        let bench = try DeskTests.filled()
        #expect(try found(bench, "sunsan").isEmpty)
        try add(bench, "S-1", "孙三")
        #expect(try found(bench, "sunsan").map(\.reference) == ["S-1"])
        _ = bench.say(PersonChange(reference: "S-1", fields: PersonFields(name: "周三")))
        #expect(try found(bench, "sunsan").isEmpty && found(bench, "zs").map(\.reference) == ["S-1"])
        bench.isDiskHeld = true
        _ = bench.say(PersonChange(reference: "S-1", fields: PersonFields(name: "吴三")))
        #expect(bench.say(Find(text: "ws")).items.isEmpty, "the register is what is on disk")
        bench.isDiskHeld = false
        bench.pass(.seconds(2))
        #expect(try found(bench, "ws").map(\.reference) == ["S-1"], "it came to the disk later")
        bench.pass(.seconds(1000))
        #expect(try found(bench, "ws").map(\.reference) == ["S-1"])
        _ = bench.say(PersonErase(reference: "S-1"))
        #expect(try found(bench, "吴三").isEmpty && found(bench, "S-1").isEmpty)
        _ = bench.say(VehicleRemove(plate: "粤B12345"))
        #expect(try found(bench, "粤B").isEmpty)
        #expect(bench.say(CredentialRemove(id: 2, cause: "returned")).refusal == nil)
        #expect(try found(bench, "1604").isEmpty)
    }

    /// More rows at once than are read one by one.
    @Test func anImportIsFoundAtOnce() throws {
        let bench = try DeskTests.filled()
        #expect(try found(bench, "赵").count == 1)
        var file = "reference,name,role\n"
        for number in 1...600 { file += "I-\(number),\(number == 599 ? "曾国藩" : "李\(number)"),staff\n" }
        _ = bench.say(ImportChunk(file: "residents.csv", data: OctetsArgument(Array(file.utf8))))
        #expect(bench.say(ImportFiles()).refusal == nil)
        #expect(try found(bench, "zgf").map(\.reference) == ["I-599"])
    }

    /// The number of a pass stands on it; who lets its visitor in is found by it, and their passes by them.
    @Test func passesAreFoundByNumberAndByHost() throws {
        let bench = try DeskTests.filled()
        let issued = bench.say(PassIssue(host: "R-1", points: "lane-in", until: "明天"))
        let pass = try #require(issued.value(PassIssue.Reply.self)).first.pass
        #expect(bench.say(PassIssue(host: "T-1", points: "lane-in", until: "明天")).refusal == nil)
        for person in [RightsTests.manager, RightsTests.night] {
            let rows = try found(bench, pass, by: person)
            #expect(rows.map(\.kind) == ["pass"] && rows[0].reference == "R-1" && rows[0].state == "valid")
            #expect(try bench.entries([.look]).last?.person == 1)
        }
        #expect(try found(bench, "00000000000000ff").isEmpty)
        func listed(_ host: PersonalArgument?) -> [String?] {
            bench.say(PassList(host: host)).items.compactMap { WireJSON.decode(PassView.self, $0)?.host }
        }
        #expect(listed(nil).count == 2 && listed("赵一") == ["R-1"])
        #expect(try bench.entries([.look]).last?.person == 1)
        #expect(bench.say(PassList(host: "nobody")).refusal?.code == "unknownPerson")
    }

    // MARK: Lists

    private func listed<Command: AdminCommand>(_ bench: DeskBench, _ command: Command) throws -> [FoundRow]
    where Command.Item == FoundRow {
        let answer = bench.say(command, by: RightsTests.manager)
        if let refusal = answer.refusal { throw refusal }
        return answer.items.compactMap { WireJSON.decode(FoundRow.self, $0) }
    }

    @Test func listsHaveFilters() throws {
        let bench = try DeskTests.filled()
        try add(bench, "S-1", "孙三")
        _ = bench.say(PersonChange(reference: "S-1", fields: PersonFields(until: "2026-12-31", status: "suspended")))
        let visit = PersonFields(
            name: "客", role: "visitor", from: "2026-11-18", until: "2026-11-30", responsible: "R-1")
        #expect(bench.say(PersonAdd(reference: "V-1", fields: visit)).refusal == nil)
        func people(_ command: PersonList) throws -> [String?] { try listed(bench, command).map(\.reference) }
        #expect(try people(PersonList()) == ["R-1", "T-1", "S-1", "V-1"])
        #expect(try people(PersonList(role: "租客")) == ["T-1"])
        #expect(try people(PersonList(status: "suspended")) == ["S-1"])
        #expect(try people(PersonList(dwelling: "1-102")) == ["T-1"], "by the tenancy")
        #expect(try people(PersonList(dwelling: "1-101")) == ["R-1"])
        #expect(try people(PersonList(group: "staff")) == ["S-1"])
        #expect(try people(PersonList(endsBefore: "2026-12-01")) == ["V-1"])
        #expect(try people(PersonList(endsBefore: "2027-01-01")) == ["S-1", "V-1"], "its last day counts")

        #expect(try listed(bench, DwellingList()).map(\.people) == [1, 1])
        #expect(try listed(bench, DwellingList(use: "let")).map(\.dwelling) == ["c/1-102"])
        #expect(try listed(bench, DwellingList(empty: true)).isEmpty)
        _ = bench.say(DwellingAdd(dwelling: "c/1-103"))
        #expect(try listed(bench, DwellingList(community: "c", empty: true)).map(\.dwelling) == ["c/1-103"])

        let later = TenancyAdd(dwelling: "c/1-103", tenants: "T-1", from: "2026-01-01", until: "2026-11-30")
        #expect(bench.say(later).refusal == nil)
        #expect(try listed(bench, TenancyList()).map(\.id) == [2, 1], "the first to end")
        #expect(try listed(bench, TenancyList(endsBefore: "2026-12-01")).map(\.id) == [2])
        #expect(try listed(bench, TenancyList(dwelling: "1-102")).map(\.name) == ["钱二"])
        #expect(try listed(bench, TenancyList(state: "overstay")).isEmpty)

        _ = bench.say(CredentialChange(id: 2, status: "lost"))
        #expect(try listed(bench, CredentialList(status: "挂失")).map(\.reference) == ["T-1"])
        #expect(try listed(bench, CredentialList(person: "R-1")).map(\.value) == ["H10301:118-1603", "PLATE:粤B12345"])
        #expect(try listed(bench, CredentialList(kind: "plate")).count == 1)
        #expect(try listed(bench, VehicleList(dwelling: "1-101")).map(\.value) == ["粤B12345"])
        #expect(try listed(bench, VehicleList(keeper: "T-1")).isEmpty)
    }
}
