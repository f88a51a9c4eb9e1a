import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// The desk in memory: a controller and a database behind it, and nothing else.
@Suite("Desk")
struct DeskTests {
    /// A community with two dwellings, a resident with a card and a PIN, a tenant, a visitor's host.
    static func filled(_ settings: DeskBench.Settings = DeskBench.Settings()) throws -> DeskBench {
        let bench = try DeskBench(settings)
        func done(_ answer: DeskBench.Answer) throws {
            if let refusal = answer.refusal { throw refusal }
        }
        try done(bench.say(CommunityAdd(community: "c", name: "Lotus")))
        try done(bench.say(DwellingAdd(dwelling: "c/1-101")))
        try done(bench.say(DwellingAdd(dwelling: "c/1-102", use: "let")))
        let resident = PersonFields(name: "赵一", role: "resident", dwelling: "c/1-101")
        try done(bench.say(PersonAdd(reference: "R-1", fields: resident)))
        try done(bench.say(PersonAdd(reference: "T-1", fields: PersonFields(name: "钱二", role: "tenant"))))
        try done(bench.say(CredentialAdd(person: "R-1", kind: "card", card: "H10301:118-1603")))
        try done(bench.say(CredentialAdd(person: "T-1", kind: "card", card: "H10301:118-1604")))
        try done(
            bench.say(TenancyAdd(dwelling: "c/1-102", tenants: "T-1", from: "2026-01-01", until: "2027-12-31")))
        try done(bench.say(VehicleAdd(plate: "粤B12345", keeper: "R-1")))
        return bench
    }

    /// What each command is given so that it comes to its end at this site, and how it ends where it cannot.
    struct Case {
        var line: [UInt8]
        var refusal: String?
        init<Command: AdminCommand>(_ command: Command, _ refusal: String? = nil) {
            line = AdminRequest(command, reason: "request of the bench, case 1/2026").line
            self.refusal = refusal
        }
    }

    private static let digest = DigestArgument([UInt8](repeating: 1, count: 32))

    static func example(_ name: CommandName) -> Case {
        switch name {
        case .status: Case(Status())
        case .health: Case(Health())
        case .metrics: Case(Metrics())
        case .areaList: Case(AreaList())
        case .policyConfirm: Case(PolicyConfirm())
        case .clockAccept: Case(ClockAccept())
        case .threat: Case(Threat(level: 2))
        case .backup: Case(BackupMake(directory: nil))
        case .portalOpen: Case(PortalOpen(portal: "lane"))
        case .portalFree: Case(PortalFree(portal: "lane"))
        case .portalBlock: Case(PortalBlock(portal: "lane"))
        case .portalLockdown: Case(PortalLockdown(portal: nil))
        case .portalNormal: Case(PortalNormal(portal: nil, all: true))
        case .portalFireReset: Case(PortalFireReset(), "noFire")
        case .alarmList: Case(AlarmList())
        case .alarmAck: Case(AlarmAck(alarm: 999), "unknownAlarm")
        case .shiftEnd: Case(ShiftEnd())
        case .find: Case(Find(text: "zhaoyi"))
        case .inside: Case(Inside())
        case .personAdd: Case(PersonAdd(reference: "S-1", fields: PersonFields(name: "孙三", role: "staff")))
        case .personShow: Case(PersonShow(reference: "R-1"))
        case .personList: Case(PersonList(role: "resident"))
        case .personChange: Case(PersonChange(reference: "R-1", fields: PersonFields(status: "barred")))
        case .personRemove: Case(PersonRemove(reference: "R-1"))
        case .personResume: Case(PersonResume(reference: "R-1"))
        case .personResumeAll: Case(PersonResumeAll())
        case .personErase: Case(PersonErase(reference: "R-1"))
        case .personReport: Case(PersonReport(reference: "R-1"))
        case .consentWithdraw: Case(ConsentWithdraw(reference: "R-1"), "noConsent")
        case .privacyStatus: Case(PrivacyStatus())
        case .communityAdd: Case(CommunityAdd(community: "d", name: "Orchid"))
        case .dwellingAdd: Case(DwellingAdd(dwelling: "c/1-103"))
        case .dwellingChange: Case(DwellingChange(dwelling: "c/1-101", use: "vacant"))
        case .dwellingShow: Case(DwellingShow(dwelling: "1-101"))
        case .dwellingList: Case(DwellingList())
        case .dwellingRemove: Case(DwellingRemove(dwelling: "c/1-101"), "stillUsed")
        case .vehicleAdd: Case(VehicleAdd(plate: "粤B54321", keeper: "R-1"))
        case .vehicleChange: Case(VehicleChange(plate: "粤B12345", dwelling: "c/1-102"))
        case .vehicleShow: Case(VehicleShow(plate: "粤B12345"))
        case .vehicleList: Case(VehicleList(keeper: "R-1"))
        case .vehicleRemove: Case(VehicleRemove(plate: "粤B12345"))
        default: later(name)
        }
    }

    private static func later(_ name: CommandName) -> Case {
        switch name {
        case .tenancyAdd:
            Case(TenancyAdd(dwelling: "c/1-102", tenants: "T-1", from: "2028-01-01", until: "2028-12-31"))
        case .tenancyChange: Case(TenancyChange(id: 1, until: "2027-06-30"))
        case .tenancyShow: Case(TenancyShow(id: 1))
        case .tenancyList: Case(TenancyList(endsBefore: "2028-01-01"))
        case .tenancyNotice: Case(TenancyNotice(id: 1))
        case .tenancyTerminate: Case(TenancyTerminate(id: 1, cause: "moved-out"))
        case .tenancyRenew: Case(TenancyRenew(id: 1, until: "2028-12-31"))
        case .tenancyHandBack: Case(TenancyHandBack(id: 1), "stillRuns")
        case .tenancyRemove: Case(TenancyRemove(id: 1))
        case .tenancyReport: Case(TenancyReport())
        case .tenancyEvidence: Case(TenancyEvidence(dwelling: "c/1-102", from: "2026-11-16", until: "2026-11-18"))
        case .reportMonth: Case(ReportMonth(month: "2026-11"))
        case .credentialAdd: Case(CredentialAdd(person: "R-1", kind: "pin", pin: "73910482"))
        case .credentialShow: Case(CredentialShow(id: 1))
        case .credentialList: Case(CredentialList(kind: "card"))
        case .credentialChange: Case(CredentialChange(id: 1, status: "stolen"))
        case .credentialReplace: Case(CredentialReplace(old: "H10301:118-1603", card: "H10301:118-2044"))
        case .credentialRemove: Case(CredentialRemove(id: 1, cause: "returned"))
        case .credentialSuspend: Case(CredentialSuspend(id: 1))
        case .credentialResume: Case(CredentialResume(id: 1), "notSuspended")
        case .passIssue: Case(PassIssue(host: "R-1", points: "lane-in", until: "2026-11-20"))
        case .passShow: Case(PassShow(pass: DocumentArgument("00000000000000ff")), "unknownPass")
        case .passRemove: Case(PassRemove(pass: DocumentArgument("00000000000000ff")))
        case .passList: Case(PassList(all: true))
        case .passKey: Case(PassKey())
        case .passUses: Case(PassUsesList())
        case .passMerge: Case(PassMerge(passes: [PassUse(pass: PassID(5), record: PassRecord(until: 1_900_000_000))]))
        case .importChunk: Case(ImportChunk(file: "a.csv", data: OctetsArgument([1, 2, 3])))
        case .importFiles: Case(ImportFiles(), "noFiles")
        case .export: Case(Export())
        case .log: Case(Log(limit: 10))
        case .pictureShow: Case(PictureShow(event: 1), "noPicture")
        case .cameraTest: Case(CameraTest(camera: "gate"), "unknownCamera")
        case .explain: Case(Explain(event: 1))
        case .why: Case(Why(person: "R-1"), "noDecision")
        case .decide: Case(Decide(person: "R-1", point: "wicket-in"))
        case .whoCan: Case(WhoCan(point: "wicket-in"))
        case .replay: Case(Replay(from: "2026-11-16", until: "2026-11-18"))
        case .journalVerify: Case(JournalVerify())
        case .journalSettle: Case(JournalSettle(), "other")
        case .journalCheckpoint: Case(JournalCheckpoint())
        case .journalProve: Case(JournalProve(event: 1))
        case .journalProveAppend: Case(JournalProveAppend(old: 0, new: 1))
        case .caseExport: Case(CaseExport(events: "1"))
        default: ofDevices(name)
        }
    }

    private static func ofDevices(_ name: CommandName) -> Case {
        switch name {
        case .readerList: Case(ReaderList())
        case .readerShow: Case(ReaderShow(reader: "wicket-out"))
        case .readerDoctor: Case(ReaderDoctor(reader: "wicket-in"))
        case .readerTrace: Case(ReaderTraceShow(reader: "wicket-in"))
        case .readerFormats: Case(ReaderFormats(reader: "wicket-in"))
        case .readerText: Case(ReaderText(reader: "wicket-out", text: "CLOSED"))
        case .readerMove: Case(ReaderMove(reader: "wicket-out", address: 3), "notInService")
        case .readerSearch: Case(ReaderSearch(reader: "wicket-out"))
        case .readerChunk: Case(ReaderChunk(file: "a.bin", data: OctetsArgument([1])))
        case .readerSendFile: Case(ReaderSendFile(reader: "wicket-out"), "noFiles")
        case .readerInstall: Case(ReaderInstall(reader: "wicket-out"))
        case .readerAccept: Case(ReaderAccept(reader: "wicket-out"), "readerNotSwapped")
        case .readerRotateKey: Case(ReaderRotateKey(reader: "wicket-out"), "notSecured")
        case .readerResume: Case(ReaderResume(reader: "wicket-in"))
        case .walkTestStart: Case(WalkTestStart())
        case .walkTestStep: Case(WalkTestStep(), "noWalk")
        case .walkTestEnd: Case(WalkTestEnd(), "noWalk")
        case .walkTestReport: Case(WalkTestReport(), "noWalk")
        case .faceEnrol: Case(FaceEnrol(module: "face-1", person: "R-1", consent: "form 12"))
        case .faceRemove: Case(FaceRemove(module: "face-1", user: 7))
        case .faceUsers: Case(FaceUsers(module: "face-1"))
        case .faceReset: Case(FaceReset(module: "face-1"))
        case .handoverAnnounce: Case(HandoverAnnounce(at: "2026-12-31T12:00", receiver: digest, tokenHash: digest))
        case .handoverConfirm: Case(HandoverConfirm(), "other")
        case .handoverWithdraw: Case(HandoverWithdraw(), "other")
        case .handoverAccept: Case(HandoverAccept(token: DocumentArgument("AAAA")), "other")
        case .watchlistActivate: Case(WatchlistActivate(document: DocumentArgument("x")), "noOversightKey")
        case .watchlistDeactivate: Case(WatchlistDeactivate(), "notActivated")
        case .watchlistImport: Case(WatchlistImport(document: DocumentArgument("x")), "notActivated")
        case .watchlistRemove: Case(WatchlistRemove(entry: DocumentArgument("x")), "watchlistUnknown")
        case .watchlistStatus: Case(WatchlistStatus())
        case .watchlistCounters: Case(WatchlistCount(from: "2026-01-01", until: "2026-04-01"))
        default: Case(Status(), "no example of \(name)")
        }
    }

    /// Each command once, by root at the machine: it comes to its end, or to the refusal that fits the site.
    @Test(arguments: CommandName.allCases) func everyCommandComesToItsEnd(name: CommandName) throws {
        let bench = try Self.filled()
        bench.osdp = .transferred
        bench.faces = [.users: .users([]), .serialNumber: .text("4711"), .delete(7): .done, .reset: .done]
        bench.faces[.enrol(name: "R-1", seconds: 15, poses: .one)] = .enrolled(9)
        let example = Self.example(name)
        let answer = bench.say(example.line)
        #expect(answer.refusal?.code == example.refusal, "\(answer.refusal?.message ?? "it was taken")")
        func check<Command: AdminCommand>(_ type: Command.Type) {
            guard answer.refusal == nil else { return }
            #expect(answer.value(Command.Reply.self) != nil, "the reply is none of \(name)")
            for item in answer.items { #expect(WireJSON.decode(Command.Item.self, item) != nil) }
        }
        check(name.type)
        #expect(try bench.entries().map(\.sequence) == Array(1...UInt64(bench.entries().count)), "no number is missing")
    }

    /// Nobody without the role, and nobody without a reason where one is needed.
    @Test(arguments: CommandName.allCases) func everyCommandIsRefusedWithoutItsRoleOrReason(name: CommandName) throws {
        let bench = try DeskBench()
        let line = try #require(JSON(line: Self.example(name).line)?.object)
        let before = try bench.entries().count
        for role in Role.allCases where !name.entry.roles.contains(role) {
            let answer = bench.say(Array(JSON.object(line).line.utf8), by: DeskBench.Person(1000, [role]))
            #expect(answer.refusal?.code == "notAllowed", "\(role)")
        }
        guard name.entry.needsReason else { return }
        for reason in ["", " \u{3000}"] {
            var silent = line
            silent["reason"] = .string(reason)
            #expect(bench.say(Array(JSON.object(silent).line.utf8)).refusal?.code == "reasonMissing")
        }
        #expect(try bench.entries().count == before)
    }

    /// P10: what is too old opens nothing, and the entry says so; what takes access away has a minute, and its sender may go.
    @Test(arguments: CommandName.allCases) func whatIsTooOldIsNotCarriedOut(name: CommandName) throws {
        let bench = try Self.filled()
        let revision = bench.shell.controller.registry.revision
        let entry = name.entry
        let answer = bench.say(Self.example(name).line, age: entry.life.longest + .milliseconds(1))
        #expect(answer.refusal?.code == "expired")
        #expect(bench.shell.controller.registry.revision == revision)
        #expect(bench.shell.controller.portals.allSatisfy { !$0.isReleased && $0.posture == .secure })
        let last = try #require(try bench.entries().last)
        #expect((last.reason == "expired") == (entry.life != .question))
    }

    @Test func anOpeningDiesWithItsSenderAndAStolenCardDoesNot() throws {
        let bench = try Self.filled()
        bench.isSenderThere = false
        #expect(bench.say(PortalOpen(portal: "lane")).refusal?.code == "expired")
        #expect(bench.say(PortalFree(portal: "lane")).refusal?.code == "expired")
        #expect(!bench.effects.contains { if case .release = $0 { true } else { false } })
        #expect(bench.say(AlarmList()).refusal?.code == "expired", "nobody hears the answer")
        #expect(bench.say(CredentialChange(id: 1, status: "stolen")).refusal == nil)
        #expect(bench.shell.controller.registry.credential(id: 1)?.status == .stolen)
    }

    /// Rows that are on their way to the disk have their numbers already.
    @Test func rowsThatWaitForTheDiskHaveNumbersOfTheirOwn() throws {
        let bench = try Self.filled()
        bench.isDiskHeld = true
        for number in 1...3 {
            _ = bench.say(
                PersonAdd(reference: PersonalArgument("W-\(number)"), fields: PersonFields(name: "x", role: "staff")))
        }
        bench.isDiskHeld = false
        bench.pass(.seconds(2))
        for number in 1...3 {
            #expect(bench.say(PersonShow(reference: PersonalArgument("W-\(number)"))).refusal == nil, "\(number)")
        }
    }

    @Test func nobodyIsErasedWhileATenancyRuns() throws {
        let bench = try Self.filled()
        #expect(bench.say(PersonErase(reference: "T-1")).refusal?.code == "stillRuns")
        #expect(bench.shell.controller.registry.person(2) != nil)
    }

    /// Ten openings wait behind a disk that stands still: when it moves again, those that are too old are history.
    @Test func openingsBehindAStandingDiskAreHistory() throws {
        let bench = try Self.filled()
        bench.isDiskHeld = true
        for _ in 0..<10 { #expect(bench.say(PortalOpen(portal: "lane")).refusal?.code == "storeUnavailable") }
        bench.pass(.seconds(120))
        bench.isDiskHeld = false
        bench.settle()
        bench.pass(.seconds(1))
        #expect(!bench.effects.contains { if case .release("lane", event: _?) = $0 { true } else { false } })
    }
}
