import GatehouseAdmin
import GatehouseCore
import GatehouseProtocols
import Testing

@testable import GatehouseRegister

/// Texts become rows, or are refused by the name of their field: the same for commands and files.
@Suite("Texts") struct TextTests {
    static let source = PresentRegister([
        .community(CommunityRow(id: 1, code: "lotus", name: "莲花")),
        .community(CommunityRow(id: 2, code: "rose", name: "n")),
        .dwelling(DwellingRow(id: 1, community: 1, code: "1-1", use: .let_)),
        .dwelling(DwellingRow(id: 2, community: 2, code: "1-1", use: .owned)),
        .dwelling(DwellingRow(id: 3, community: 2, code: "2-2", use: .owned)),
        .person(PersonRow(id: 1, reference: "R-1", name: "王芳", role: .resident, dwelling: 1, groups: ["residents"])),
        .person(PersonRow(id: 2, reference: "Ｔ 2", name: "李雷", role: .tenant, groups: ["residents"])),
        .vehicle(VehicleRow(id: 1, dwelling: 1, keeper: 1, plate: "鲁G12345")),
        .tenancy(
            TenancyRow(
                id: 4, dwelling: 1, tenants: [2], firstDay: 20_000, lastDay: 20_364, starts: 20_000 * 86400 - 28_800,
                ends: 20_365 * 86400 - 28_800)),
    ])
    static let fields = RegistryFields(
        calendar: SiteCalendar(fixedOffset: 8 * 3600), primitives: OfficeFileTests.primitives,
        cards: CardCatalogue(read: ["H10301"]),
        names: RegistryFields.SiteNames(schedules: ["day"], faceModules: ["face-1"]))

    enum Kind: String, CaseIterable, Sendable { case community, dwelling, person, tenancy, credential, vehicle }
    typealias Texts = [String: String]

    static let good: [Kind: Texts] = [
        .community: ["community": "new", "name": "N"],
        .dwelling: ["dwelling": "9-9", "use": "let", "places": "2"],
        .person: [
            "reference": "N-1", "name": "New", "role": "child", "dwelling": "lotus/1-1", "groups": "a b",
            "from": "2026-01-01", "until": "2026-12-31", "status": "active", "responsible": "R-1", "shift": "day",
            "needs_time": "yes", "phone": "+86 138 0013 8000 / 0532-88886666转12", "note": "call at night",
        ],
        .tenancy: [
            "dwelling": "lotus/1-1", "tenants": "R-1 \"Ｔ 2\"", "from": "2030-01-01", "until": "2030-12-31",
            "contract": "HT-1", "landlord": "R-1",
        ],
        .credential: [
            "kind": "card", "value": "H10301:118-1603", "bound": "no", "duress": "no", "from": "2026-01-01",
            "until": "2026-12-31T18:30", "status": "enabled", "uses": "3", "first_use": "90 min", "vehicle": "鲁G12345",
        ],
        .vehicle: ["plate": "粤B12345", "dwelling": "lotus/1-1", "keeper": "R-1"],
    ]

    static func make(_ kind: Kind, _ texts: Texts) throws -> RegistryRow {
        var days = KnownDays()
        switch kind {
        case .community:
            var made = CommunityTexts()
            (made.community, made.name) = (texts["community"], texts["name"])
            return .community(try fields.community(made, changing: nil, id: 9))
        case .dwelling:
            var made = DwellingTexts()
            (made.use, made.places) = (texts["use"], texts["places"])
            return .dwelling(
                try fields.dwelling(made, code: texts["dwelling"] ?? "", community: 1, changing: nil, id: 9))
        case .person:
            var made = PersonTexts()
            (made.reference, made.name, made.role) = (texts["reference"], texts["name"], texts["role"])
            (made.dwelling, made.groups, made.status) = (texts["dwelling"], texts["groups"], texts["status"])
            (made.from, made.until, made.responsible) = (texts["from"], texts["until"], texts["responsible"])
            (made.shift, made.needsTime) = (texts["shift"], texts["needs_time"])
            (made.phone, made.note) = (texts["phone"], texts["note"])
            return .person(try fields.person(made, changing: nil, id: 9, in: source, &days))
        case .tenancy:
            var made = TenancyTexts()
            (made.tenants, made.from, made.until) = (texts["tenants"], texts["from"], texts["until"])
            (made.contract, made.landlord) = (texts["contract"], texts["landlord"])
            let home = try fields.dwelling(texts["dwelling"] ?? "", community: nil, in: source)
            return .tenancy(try fields.tenancy(made, changing: nil, at: home.id, id: 9, in: source))
        case .credential:
            var made = CredentialTexts()
            (made.kind, made.value, made.bound, made.duress) = (
                texts["kind"], texts["value"], texts["bound"], texts["duress"]
            )
            (made.from, made.until, made.status) = (texts["from"], texts["until"], texts["status"])
            (made.uses, made.firstUse, made.vehicle) = (texts["uses"], texts["first_use"], texts["vehicle"])
            let new = try fields.presented(made, by: 1)
            return .credential(try fields.credential(made, new, of: 1, changing: nil, id: 9, in: source, &days))
        case .vehicle:
            var made = VehicleTexts()
            (made.plate, made.dwelling, made.keeper) = (texts["plate"], texts["dwelling"], texts["keeper"])
            return .vehicle(try fields.vehicle(made, changing: nil, id: 9, in: source))
        }
    }

    @Test(arguments: Kind.allCases) func whatIsRightIsTaken(kind: Kind) throws {
        #expect(try Self.make(kind, #require(Self.good[kind])).id == 9)
    }

    static let hostile: [(name: String, text: String)] = [
        ("1 MiB", String(repeating: "长", count: 1 << 18)), ("1 MiB of letters", String(repeating: "a", count: 1 << 20)),
        ("NUL", "a\u{0}b"), ("bell", "a\u{7}"), ("escape", "\u{1B}[31m"), ("C1", "a\u{9B}31m"),
        ("bidi", "a\u{202E}b"), ("isolate", "\u{2066}x"), ("zero width", "a\u{200B}b"), ("separator", "a\u{2028}b"),
    ]
    static let numbers = [
        "9223372036854775808", "18446744073709551615", "-1", "٣", "+3", "1e3", " ", "１２３４５６７８９０１２３４５６７８９０１",
    ]
    static let unknown = "nobody-knows-this"
    /// Fields that hold any text; the rest are names, numbers, dates and words of a list.
    static let free: Set<String> = ["name", "reference", "contract", "note"]

    static let codes: Set<String> = ["community", "dwelling", "groups", "reference", "phone"]

    /// A field that may be empty says with it that there is none; a command refuses an empty argument before.
    static let mayBeEmpty: [Kind: Set<String>] = [
        .dwelling: ["places"], .tenancy: ["contract", "landlord"],
        .person: [
            "dwelling", "groups", "from", "until", "status", "responsible", "shift", "needs_time", "phone", "note",
        ],
        .credential: ["bound", "duress", "from", "until", "status", "uses", "first_use", "vehicle"],
        .vehicle: ["dwelling"],
    ]

    private func expectRefusal(_ kind: Kind, _ field: String, _ text: String, _ what: String) {
        var texts = Self.good[kind]!
        texts[field] = text
        do {
            _ = try Self.make(kind, texts)
            Issue.record("\(kind) \(field): \(what) is taken")
        } catch let problem as FieldProblem {
            #expect(problem.field == field, "\(kind) \(field): \(what): \(problem.text)")
            #expect(problem.text.utf8.count < 600 && TextRule.fault(of: problem.text) == nil, "\(problem.text)")
        } catch {
            Issue.record("\(kind) \(field): \(what): \(error)")
        }
    }

    @Test(arguments: Kind.allCases) func everyHostileTextIsRefusedByTheNameOfItsField(kind: Kind) {
        for field in Self.good[kind]!.keys.sorted() {
            for (name, text) in Self.hostile {
                // Codes are taken without it, as they are typed.
                if name == "zero width", Self.codes.contains(field) { continue }
                expectRefusal(kind, field, text, name)
            }
            if Self.mayBeEmpty[kind]?.contains(field) != true { expectRefusal(kind, field, "", "empty") }
            if Self.free.contains(field) {
                expectRefusal(kind, field, " \u{3000}", "blanks")
                continue
            }
            if !(kind == .community || kind == .dwelling && field == "dwelling" || field == "groups") {
                expectRefusal(kind, field, Self.unknown, "an unknown name")
            }
        }
    }

    static let numeric: [(Kind, [String])] = [
        (.dwelling, ["places"]), (.person, ["from", "until"]), (.tenancy, ["from", "until"]),
        (.credential, ["from", "until", "uses", "first_use"]),
    ]

    @Test func everyNumberOutOfItsRangeIsRefusedWithTheRange() {
        for (kind, names) in Self.numeric {
            for field in names { for text in Self.numbers { expectRefusal(kind, field, text, text) } }
        }
        for text in Self.numbers { expectRefusal(.credential, "value", "H10301:1-\(text)", text) }
        #expect { try Self.fields.count("256", atMost: 255) } throws: { "\($0)".contains("0 to 255") }
    }

    @Test func emptyAfterAValueTakesNothingFromAnotherField() throws {
        for (kind, names) in Self.mayBeEmpty {
            for field in names where !(kind == .person && field == "responsible") {
                var texts = Self.good[kind]!
                texts[field] = ""
                #expect(try Self.make(kind, texts).id == 9, "\(kind) \(field)")
            }
        }
    }

    @Test func aResidentNeedsADwellingAndOneWithoutIsBarredAllTheSame() throws {
        var texts = PersonTexts()
        (texts.reference, texts.name, texts.role) = ("N-2", "n", "业主")
        var days = KnownDays()
        #expect { try Self.fields.person(texts, changing: nil, id: 9, in: Self.source, &days) } throws: {
            ($0 as? FieldProblem)?.field == "dwelling"
        }
        let old = PersonRow(id: 5, reference: "O", name: "o", role: .resident, groups: ["residents"])
        var change = PersonTexts()
        change.status = "禁入"
        #expect(try Self.fields.person(change, changing: old, id: 5, in: Self.source, &days).status == .barred)
        change.dwelling = "none-such"
        #expect(throws: FieldProblem.self) {
            try Self.fields.person(change, changing: old, id: 5, in: Self.source, &days)
        }
    }

    @Test func aDwellingThatStandsTwiceIsAskedFor() throws {
        #expect(try Self.fields.dwelling("2-2", community: nil, in: Self.source).id == 3)
        #expect(try Self.fields.dwelling("rose/1-1", community: nil, in: Self.source).id == 2)
        #expect(try Self.fields.dwelling("１－１", community: "lotus", in: Self.source).id == 1)
        #expect { try Self.fields.dwelling("1-1", community: nil, in: Self.source) } throws: {
            ($0 as? FieldProblem)?.code == "ambiguous"
        }
    }

    @Test func aTenancyBesideAnotherIsToldWithItsNumber() throws {
        let there = Self.source.tenancies(of: 1)
        var row = there[0]
        row.id = 9
        #expect(Self.fields.overlap(row, among: there, "lotus/1-1")?.code == "exists")
        row.tenants = [1]
        let problem = try #require(Self.fields.overlap(row, among: there, "lotus/1-1"))
        #expect(
            problem.code == "overlaps" && problem.message.contains("number 4") && problem.message.contains("beside"))
        (row.starts, row.ends) = (there[0].ends, there[0].ends + 86400)
        #expect(Self.fields.overlap(row, among: there, "lotus/1-1") == nil, "the next day")
        row = there[0]
        #expect(Self.fields.overlap(row, among: there, "lotus/1-1") == nil, "a tenancy does not stand beside itself")
    }

    /// Ended at noon, and imported again: it does not run to the evening once more.
    @Test func anInstantThatIsNoMidnightOutlivesItsExport() throws {
        let calendar = Self.fields.calendar
        let noon = calendar.utc(day: 20_000, minute: 12 * 60 + 5)
        #expect(calendar.written(noon, isEnd: true) == "2024-10-04T12:05")
        #expect(try Self.fields.instant("2024-10-04T12:05", isEnd: true) == noon)
        #expect(calendar.written(calendar.utc(day: 20_001, minute: 0), isEnd: true) == "2024-10-04")
        #expect(calendar.written(noon + 7, isEnd: false) == "2024-10-04T12:05:07")
    }

    @Test func aListOfReferencesIsReadAsItIsWritten() {
        for list in [["a"], ["a", "b c", "\"", "", "d\"e", "王 芳", "\u{3000}"], []] as [[String]] {
            #expect(RegistryFields.list(RegistryFields.written(list: list)) == list)
        }
        #expect(RegistryFields.list("\"a") == nil)
    }
}

/// Cards that cannot exist, for commands, files, passes and documents alike.
@Suite("Cards") struct CardCatalogueTests {
    static let cards = CardCatalogue(read: ["H10301", "EM4100"])

    @Test(arguments: [
        ("H10301:388-5490", "facilities up to 255 and numbers up to 65535"),
        ("H10301:118-65536", "facilities up to 255"), ("H10031:118-1603", "did you mean \"H10301\"?"),
        ("h10301:118-1604", "did you mean \"H10301\"?"), ("'H10301:118-1605", "did you mean \"H10301\"?"),
        ("FOO:1", "there is no card format \"FOO\""), ("EM4100:0", "alike"), ("EM4100:4294967295", "alike"),
        ("EM4100:4294967296", "up to 4294967295"), ("UID34:5-7", "no facility"), ("H10301:0-0", "alike"),
        ("H10301:255-65535", "alike"), ("H10301:1-2-3", "stand a facility"), ("H10301:+1-2", "stand a facility"),
        ("H10301:١-2", "stand a facility"), ("H10301:", "stand a facility"), ("118-1603", "write it as"),
        ("CSN64:18446744073709551616", "stand a facility"), ("EPC:0000", "not all of them 00"), ("EPC:FF", "not all"),
        ("EPC:XY", "write it as"), ("TEXT:a\u{1B}b", "control character"), ("PLATE:a", "a plate is written"),
    ])
    func aCardThatCannotExistIsRefused(text: String, words: String) {
        do throws(RegistryFields.Problem) {
            _ = try Self.cards.card(text)
            Issue.record("\(text) is taken")
        } catch {
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    @Test(arguments: [
        "H10301:118-1603", "H10301:118-0001603", "Ｈ１０３０１：118－1603", "CSN64:18446744073709551614", "KASTLE32:3456-7",
        "EM4100:5-123", "TEXT:４７１１ x", "EPC:e2003412 0123", "PLATE:粤B·12345", "UID34:1",
    ])
    func whatAReaderCanBringIsTaken(text: String) throws {
        _ = try Self.cards.card(text)
    }

    @Test func aFormatThatNoReaderReadsIsAWarning() throws {
        #expect(Self.cards.warning(try Self.cards.card("H10301:1-2")) == nil)
        #expect(Self.cards.warning(try Self.cards.card("UID34:7"))?.contains("EM4100, H10301") == true)
        var importer = RegistryImport(
            fields: TextTests.fields, present: OfficeFileTests.applied(OfficeFileTests.plan(OfficeFileTests.base)))
        let plan = importer.plan([
            (name: "k.csv", content: Array("reference,kind,value\nT-1,card,UID34:7\nT-1,card,H10301:1-2\n".utf8))
        ])
        #expect(plan.warnings == 1 && plan.problems.isEmpty && plan.added == 2)
        #expect(
            plan.differences.contains { $0.verb == .warn && $0.line == 2 && $0.what.contains("no reader of this site") }
        )
    }

    @Test func theImportNamesTheRangeWithLineAndColumn() {
        let plan = OfficeFileTests.plan(
            OfficeFileTests.base + [("k.csv", "reference,kind,value\nT-1,card,H10301:388-5490\n")])
        #expect(
            plan.problems.map(\.text).first?.hasPrefix("k.csv:2:10: value: \"H10301:388-5490\" is no card: H10301 has")
                == true)
    }
}
