import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// Every command takes whatever says who is meant, as long as it says one.
@Suite("Who is meant")
struct ResolveTests {
    /// 赵一 and 赵一 of one flat, and 李伟 with his like.
    private func site() throws -> DeskBench {
        let bench = try DeskTests.filled()
        func add(_ reference: PersonalArgument, _ name: PersonalArgument, _ dwelling: PersonalArgument? = nil) throws {
            let fields = PersonFields(name: name, role: dwelling == nil ? "staff" : "resident", dwelling: dwelling)
            if let refusal = bench.say(PersonAdd(reference: reference, fields: fields)).refusal { throw refusal }
        }
        try add("R-2", "赵一", "c/1-101")
        try add("S-1", "李伟")
        try add("S-2", "李伟明")
        try add("李明", "周五")
        try add("S-4", "李明")
        return bench
    }

    private func shown(_ bench: DeskBench, _ text: String) throws -> String {
        let answer = bench.say(PersonShow(reference: PersonalArgument(text)), by: RightsTests.manager)
        if let refusal = answer.refusal { throw refusal }
        return try #require(answer.value(PersonShow.Reply.self)).first.reference
    }

    @Test(arguments: [
        ("R-1", "R-1"), ("r-1", "R-1"), ("Ｒ－１", "R-1"), (" R-1 ", "R-1"), ("H10301:118-1603", "R-1"),
        ("粤B12345", "R-1"),
        ("1-102", "T-1"), ("c/1-102", "T-1"), ("qianer", "T-1"), ("钱", "T-1"), ("qe", "T-1"), ("李伟", "S-1"),
        ("李伟明", "S-2"),
        ("lwm", "S-2"), ("zhou wu", "李明"), ("李明", "李明"), ("S-4", "S-4"),
    ])
    func aPersonIsMeantByWhateverSaysWho(text: String, reference: String) throws {
        #expect(try shown(site(), text) == reference, "a reference wins, then a whole name")
    }

    @Test func whoMayBeMeantIsSaidAndNothingIsDone() throws {
        let bench = try site()
        let before = bench.shell.controller.registry.revision
        let commands: [CommandRefusal?] = [
            bench.say(PersonRemove(reference: "赵一", cause: "moved-out")).refusal,
            bench.say(PersonChange(reference: "zy", fields: PersonFields(status: "barred", cause: "safety"))).refusal,
            bench.say(PersonErase(reference: "1-101")).refusal,
            bench.say(PersonResume(reference: "zhaoyi")).refusal,
            bench.say(CredentialAdd(person: "赵", kind: "card", card: "H10301:118-1700")).refusal,
            bench.say(VehicleAdd(plate: "粤B54321", keeper: "赵一")).refusal,
            bench.say(TenancyAdd(dwelling: "1-102", tenants: "T-1 赵一", from: "2028-01-01", until: "2028-12-31"))
                .refusal,
        ]
        for refusal in commands {
            #expect(refusal?.code == "ambiguous")
            let message = try #require(refusal?.message)
            #expect(message.contains("R-1 赵一 c/1-101") && message.contains("R-2 赵一 c/1-101"), "\(message)")
        }
        #expect(bench.shell.controller.registry.revision == before)
        #expect(Set(try bench.entries([.look]).suffix(14).map(\.person)) == [1, 3], "both have it in their report")
    }

    /// Whoever is typed and gone is nobody else, however much they look alike.
    @Test func whoIsGoneIsNobodyElse() throws {
        let bench = try site()
        func added(_ reference: PersonalArgument) -> CommandRefusal? {
            bench.say(PersonAdd(reference: reference, fields: PersonFields(name: "x", role: "staff"))).refusal
        }
        #expect(added("M-1") == nil && added("M-12") == nil)
        #expect(bench.say(PersonRemove(reference: "M-1", cause: "asked")).refusal == nil)
        let again = bench.say(PersonRemove(reference: "M-1", cause: "asked")).refusal
        #expect(again?.code == "unknownPerson" && again?.message.contains("did you mean") == true)
        #expect(bench.say(PersonShow(reference: "M-")).refusal?.code == "unknownPerson")
        #expect(bench.say(VehicleAdd(plate: "粤B12345D", keeper: "R-1")).refusal == nil)
        #expect(bench.say(VehicleRemove(plate: "粤B12345")).refusal == nil)
        #expect(bench.say(VehicleRemove(plate: "粤B12345")).refusal?.code == "unknownVehicle")
        #expect(bench.say(DwellingAdd(dwelling: "c/77")).refusal == nil)
        let home = TenancyAdd(dwelling: "c/77", tenants: "R-1", from: "2026-01-01", until: "2027-01-01")
        #expect(bench.say(home).refusal == nil)
        #expect(bench.say(TenancyRemove(id: "77")).refusal?.code == "unknownRow", "a number is that of a tenancy")
        #expect(bench.say(TenancyRemove(id: "c/77")).refusal == nil)
    }

    @Test func manyAreNotListedForEver() throws {
        let bench = try DeskTests.filled()
        for number in 1...40 {
            let fields = PersonFields(name: PersonalArgument("石施\(number)"), role: "staff")
            _ = bench.say(PersonAdd(reference: PersonalArgument("N-\(number)"), fields: fields))
        }
        let refusal = bench.say(PersonRemove(reference: "shishi", cause: "asked")).refusal
        #expect(refusal?.code == "ambiguous" && refusal?.message.contains("and 32 more") == true)
    }

    @Test func whoWasMeantStandsInTheReply() throws {
        let bench = try site()
        func meant(_ answer: DeskBench.Answer) throws -> [FoundRow] {
            if let refusal = answer.refusal { throw refusal }
            guard case .success(let text) = answer.reply else { return [] }
            return Understood(beside: text)?.meant ?? []
        }
        let change = PersonChange(reference: "qe", fields: PersonFields(status: "suspended", cause: "safety"))
        let one = try meant(bench.say(change, by: RightsTests.manager))
        #expect(one.map(\.reference) == ["T-1"] && one[0].name == "钱二" && one[0].dwelling == "c/1-102")
        #expect(one[0].state == "running", "as it stood before")
        #expect(bench.shell.controller.registry.person(2)?.status == .suspended)
        #expect(try bench.entries([.look]).last?.person == 2, "a name was told")
        let looks = try bench.entries([.look]).count
        let exact = PersonChange(reference: "T-1", fields: PersonFields(status: "active"))
        #expect(try meant(bench.say(exact)).isEmpty && bench.entries([.look]).count == looks)
        _ = bench.say(PersonShow(reference: "钱二"))
        #expect(try bench.entries([.look]).count == looks + 1, "one look is one entry")
        let card = try meant(bench.say(CredentialChange(id: "H10301:118-1603", status: "stolen")))
        #expect(card.map(\.value) == ["H10301:118-1603"] && card[0].reference == "R-1")
        #expect(bench.shell.controller.registry.credential(id: 1)?.status == .stolen)
        #expect(try meant(bench.say(VehicleShow(plate: "b123"))).map(\.value) == ["粤B12345"])
        #expect(try meant(bench.say(DwellingShow(dwelling: "Ｃ/1-101"))).map(\.dwelling) == ["c/1-101"])
        #expect(try meant(bench.say(PersonErase(reference: "李伟明"))).map(\.reference) == ["S-2"], "behind a device too")
    }

    @Test func credentialsTenanciesAndVehiclesAreMeantByWhatSaysThem() throws {
        let bench = try site()
        func id(_ text: RowOrTextArgument) throws -> UInt32 {
            let answer = bench.say(CredentialShow(id: text))
            if let refusal = answer.refusal { throw refusal }
            return try #require(answer.value(CredentialShow.Reply.self)).first.id
        }
        #expect(try id(2) == 2 && id("H10301:118-1604") == 2 && id("ｈ10301：118-1604") == 2 && id("钱二") == 2)
        #expect(try id("粤B12345") == 3)
        let several = bench.say(CredentialShow(id: "R-1")).refusal
        #expect(several?.code == "ambiguous" && several?.message.contains("credential 1 H10301:118-1603") == true)
        #expect(bench.say(CredentialShow(id: 99)).refusal?.code == "unknownRow")
        #expect(bench.say(CredentialShow(id: "H10301:118-9999")).refusal?.message.contains("nobody") == true)
        #expect(bench.say(CredentialRemove(id: "S-1", cause: "lost")).refusal?.code == "unknownRow", "none")

        for text in ["1", "1-102", "c/1-102", "T-1", "qianer"] as [RowOrTextArgument] {
            #expect(try #require(bench.say(TenancyShow(id: text)).value(TenancyShow.Reply.self)).first.id == 1)
        }
        #expect(bench.say(TenancyShow(id: "1-101")).refusal?.code == "unknownRow")
        let second = TenancyAdd(dwelling: "1-102", tenants: "T-1", from: "2028-01-01", until: "2028-12-31")
        #expect(bench.say(second).refusal == nil)
        let two = bench.say(TenancyTerminate(id: "1-102", cause: "moved-out")).refusal
        #expect(two?.code == "ambiguous" && two?.message.contains("tenancy 2 T-1 钱二 c/1-102 2028-01-01") == true)

        #expect(bench.say(VehicleShow(plate: "赵一")).refusal?.code == "ambiguous", "two people of one name")
        #expect(bench.say(VehicleShow(plate: "R-1")).refusal == nil)
        #expect(bench.say(VehicleShow(plate: "R-2")).refusal?.code == "malformed")
        #expect(bench.say(VehicleShow(plate: "粤B99999")).refusal?.code == "unknownVehicle")
        #expect(bench.say(VehicleAdd(plate: "粤B12399", keeper: "qianer", dwelling: "1-102")).refusal == nil)
        #expect(bench.say(VehicleRemove(plate: "B123")).refusal?.code == "ambiguous")
    }

    @Test func textsInsideACommandAreMeantTheSameWay() throws {
        let bench = try site()
        let child = PersonFields(name: "小钱", role: "child", dwelling: "C/1-102", responsible: "钱二")
        #expect(bench.say(PersonAdd(reference: "K-1", fields: child)).refusal == nil)
        #expect(bench.shell.controller.registry.person(8)?.responsible == 2)
        let let_ = TenancyAdd(
            dwelling: "1-102", tenants: "qianer 李伟", from: "2028-01-01", until: "2028-12-31", landlord: "R-2")
        #expect(bench.say(let_).refusal == nil)
        #expect(bench.say(TenancyShow(id: 2)).value(TenancyShow.Reply.self)?.first.tenants == [2, 4])
        #expect(
            bench.say(PersonAdd(reference: "钱二", fields: PersonFields(name: "x", role: "staff"))).refusal == nil,
            "a new reference is nobody's name")
    }

    @Test func whatIsNearlyRightIsSuggested() throws {
        let bench = try site()
        func message(_ answer: DeskBench.Answer) -> String { answer.refusal?.message ?? "" }
        #expect(message(bench.say(DwellingShow(dwelling: "c/1-011"))).contains("did you mean c/1-101?"))
        #expect(
            bench.say(PersonAdd(reference: "RX-1044", fields: PersonFields(name: "x", role: "staff"))).refusal == nil)
        #expect(message(bench.say(PersonShow(reference: "RX-1404"))).contains("did you mean RX-1044?"))
        #expect(message(bench.say(PersonShow(reference: "nobody-at-all"))).contains("not known"))
        #expect(message(bench.say(PortalOpen(portal: "lnae"))).contains("did you mean \"lane\""))
        #expect(message(bench.say(ReaderShow(reader: "wicket-on"))).contains("did you mean"))
        #expect(message(bench.say(Log(point: "wicket-inn"))).contains("did you mean \"wicket-in\""))
        #expect(message(bench.say(ReaderResume(reader: "wiket-in"))).contains("did you mean \"wicket-in\""))
    }

    @Test func aCodeOfTwoCommunitiesIsSaid() throws {
        let bench = try site()
        _ = bench.say(CommunityAdd(community: "d", name: "Orchid"))
        _ = bench.say(DwellingAdd(dwelling: "d/1-101"))
        let refusal = bench.say(DwellingShow(dwelling: "1-101")).refusal
        #expect(refusal?.code == "ambiguous")
        #expect(refusal?.message.contains("c/1-101") == true && refusal?.message.contains("d/1-101") == true)
        #expect(bench.say(DwellingShow(dwelling: "D/1-101")).refusal == nil)
    }

    /// An installer forgives wrong PINs of a reference, and looks for nobody by name.
    @Test func whoMayNotFindPeopleNamesThemByReference() throws {
        let bench = try site()
        let installer = RightsTests.installers[0]
        #expect(bench.say(PersonResume(reference: "T-1"), by: installer).refusal == nil)
        #expect(bench.say(PersonResume(reference: "钱二"), by: installer).refusal?.code == "unknownPerson")
        let guarded = bench.say(PersonResume(reference: "钱二"), by: RightsTests.night)
        guard case .success(let text) = guarded.reply else { throw try #require(guarded.refusal) }
        let meant = try #require(Understood(beside: text)?.meant)
        #expect(meant.map(\.reference) == ["T-1"] && meant[0].id == nil && meant[0].role == nil)
    }

    @Test func theJournalKeepsNumbersAndNoCards() throws {
        let bench = try site()
        _ = bench.say(CredentialChange(id: "H10301:118-1603", status: "lost"))
        _ = bench.say(CredentialChange(id: 2, status: "lost"))
        let commands = try bench.entries([.registry]).suffix(2).compactMap { $0.detail["command"]?.text }
        #expect(commands == ["credential change status=lost", "credential change id=2 status=lost"])
    }
}
