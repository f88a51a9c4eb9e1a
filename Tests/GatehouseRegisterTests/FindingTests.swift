import GatehouseCore
import GatehouseRegister
import Testing

/// Who is found by what, and the index beside the most naive way of looking.
@Suite("Finding")
struct FindingTests {
    private static func index(_ names: [String]) -> FindIndex {
        var index = FindIndex()
        for (number, name) in names.enumerated() {
            index.put(.person(person(UInt32(number + 1), "R-\(number + 1)", name)))
        }
        return index
    }

    private static func person(_ id: UInt32, _ reference: String, _ name: String) -> PersonRow {
        PersonRow(id: id, reference: reference, name: name, role: .resident, groups: [])
    }

    private static func finds(_ query: String, _ name: String) -> Bool {
        !index([name]).people(FindQuery(query)).isEmpty
    }

    @Test(arguments: [
        ("李伟", "李伟"), ("伟", "李伟"), ("liwei", "李伟"), ("lw", "李伟"), ("li wei", "李伟"), ("LiWei", "李伟"),
        ("ｌｉｗｅｉ", "李伟"), ("lǐ wěi", "李伟"), ("li3wei3", "李伟"), ("wei", "李伟"), ("liw", "李伟"), ("李w", "李伟"),
        ("lwei", "李伟"), ("李 伟", "李伟"), ("李\u{3000}伟 ", "李伟"), ("李伟", "李\u{202E}伟"), ("李伟", "李 伟"),
        ("shan", "单雄信"), ("dan", "单雄信"), ("sxx", "单雄信"), ("shanx", "单雄信"), ("zeng", "曾国藩"), ("qiu", "仇英"),
        ("chou", "仇英"),
        ("ouyangxiu", "欧阳修"), ("oyx", "欧阳修"), ("yuchi", "尉迟恭"), ("moqi", "万俟卨"), ("xie", "解缙"), ("piao", "朴正"),
        ("lv", "吕布"), ("lü", "吕布"), ("lu bu", "吕布"), ("zhang", "张三"), ("zhs", "张三"), ("zs", "张三"), ("z s", "张三"),
        ("xi'an", "西安"), ("xian", "西安"), ("long", "〇龙"), ("ling", "〇龙"), ("yan", "䶮"), ("muller", "Müller"),
        ("MÜLLER", "müller"), ("muller", "Mu\u{308}ller"), ("jose", "José"), ("nguyen", "Nguyễn"),
        ("o'brien", "O’Brien"),
        ("买买提艾力", "买买提·艾力"), ("mmt", "买买提·艾力"), ("иван", "ИВАН"), ("محمد", "محمد"), ("김민", "김민준"),
        ("smith", "John Smith"),
        ("johnsmith", "John  Smith"), ("R-1", "x y"), ("r-1", "x y"), ("ｒ－１", "x y"), ("1", "李1"),
    ])
    func somebodyIsFound(query: String, name: String) { #expect(Self.finds(query, name)) }

    @Test(arguments: [
        ("liwei", "李明"), ("wl", "李伟"), ("liweix", "李伟"), ("xian", "夏安"), ("伟李", "李伟"), ("lww", "李伟"), ("", "李伟"),
        (" ", "李伟"), ("shany", "单雄信"), ("李伟伟", "李伟"), ("zh", "子"), ("a", "李伟"), ("smithjohn", "John Smith"),
        ("wei", "\u{20000}"), ("6", "李伟"),
    ])
    func nobodyIsFound(query: String, name: String) { #expect(!Self.finds(query, name)) }

    @Test func theBestComesFirst() {
        let index = Self.index(["李伟明", "王李伟", "李伟", "黎薇", "里 伟"])
        let hits = index.people(FindQuery("李伟"))
        #expect(hits.map(\.id) == [3, 1, 2] && hits.map(\.fit) == [.whole, .beginning, .part])
        #expect(index.people(FindQuery("liwei")).map(\.id) == [1, 2, 3, 4, 5])
        #expect(index.people(FindQuery("r-3")).map(\.fit) == [.whole])
    }

    /// Forty times the same syllable is looked through in a moment, and so is whatever looks like it.
    @Test func manyLikeSyllablesEndSoon() {
        let name = String(repeating: "啊", count: 40)
        let index = Self.index([name])
        #expect(!index.people(FindQuery(String(repeating: "a", count: 40))).isEmpty)
        #expect(index.people(FindQuery(String(repeating: "a", count: 41))).isEmpty)
        #expect(index.people(FindQuery(String(repeating: "a", count: 39) + "b")).isEmpty)
        #expect(index.people(FindQuery(String(repeating: "a", count: 500))).isEmpty)
    }

    @Test(arguments: ["", " ", "a", "7", "Ａ", "-"]) func oneLetterIsTooShort(query: String) {
        #expect(FindQuery(query).isTooShort)
    }
    @Test(arguments: ["李", "ab", "17", "ü8", "𠀀"]) func aCharacterIsNot(query: String) {
        #expect(!FindQuery(query).isTooShort)
    }

    @Test func codesCardsAndPlatesAreFoundInPart() {
        var index = FindIndex()
        index.put(.dwelling(DwellingRow(id: 1, community: 1, code: "3-2-501", use: .owned)))
        index.put(.dwelling(DwellingRow(id: 2, community: 1, code: "3-2-50", use: .owned)))
        index.put(.vehicle(VehicleRow(id: 1, dwelling: 1, keeper: 1, plate: "粤B12345")))
        for (id, kind, label) in [
            (1, CredentialKind.card, "H10301:118-1603"), (2, .pin, "alone"), (3, .plate, "PLATE:粤B12345"),
        ] {
            let key = CredentialKey(high: 0, low: UInt64(id))
            index.put(.credential(CredentialRow(id: UInt32(id), person: 1, kind: kind, key: key, label: label)))
        }
        #expect(index.dwellings(FindQuery("３－２－５０")).map(\.id) == [2, 1])
        #expect(index.vehicles(FindQuery("b123")).map(\.id) == [1])
        #expect(index.credentials(FindQuery("1603")).map(\.id) == [1])
        #expect(index.credentials(FindQuery("alone")).isEmpty && index.credentials(FindQuery("plate")).isEmpty)
        index.remove(RegistryRowID(.credential, 1))
        index.remove(RegistryRowID(.dwelling, 2))
        index.remove(RegistryRowID(.vehicle, 9))
        #expect(index.credentials(FindQuery("1603")).isEmpty)
        #expect(index.dwellings(FindQuery("3-2-50")).map(\.id) == [1])
    }

    // MARK: Telephone numbers

    @Test(arguments: [
        ("13800138000", "138 0013 8000"), ("138-0013-8000", "13800138000"), ("+86 13800138000", "13800138000"),
        ("13800138000", "+86 138-0013-8000"), ("8613800138000", "13800138000"), ("008613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"), ("8000", "13800138000"), ("38000", "13800138000"),
        ("88886666", "0532-8888 6666 转 12"), ("0532 88886666", "0532-88886666"),
        ("13900139000", "13800138000 / 13900139000"),
    ])
    func somebodyIsFoundByTheirNumber(query: String, phone: String) { #expect(Self.rings(query, phone)) }

    @Test(arguments: [
        ("000", "13800138000"), ("1380", "13800138000"), ("0013", "13800138000"), ("13800138000", ""),
        ("80001390", "13800138000/13900139000"), ("12", "0532-88886666 转 12"), ("x8000", "13800138000"),
        ("13800138000", "138001380001"),
    ])
    func nobodyIsFoundByAPartOfIt(query: String, phone: String) { #expect(!Self.rings(query, phone)) }

    private static func phoned(_ id: UInt32, _ phone: String) -> PersonRow {
        var row = person(id, "R-\(id)", "x")
        row.phone = phone
        return row
    }

    private static func rings(_ query: String, _ phone: String) -> Bool {
        var index = FindIndex()
        index.put(.person(phoned(1, phone)))
        return Phones.Query(query).map { !index.people(withPhone: $0).isEmpty } ?? false
    }

    /// Numbers that change and go: what the index finds is what ends like the question.
    @Test(arguments: 1...6 as ClosedRange<UInt64>) func numbersAreFoundAsTheNaiveWayFindsThem(seed: UInt64) {
        var dice = SplitMix(state: seed)
        var index = FindIndex()
        var people: [UInt32: [String]] = [:]
        func number() -> String {
            "13" + (0..<9).map { _ in "\([0, 0, 1, 8].randomElement(using: &dice)!)" }.joined()
        }
        for _ in 0..<300 {
            let id = UInt32.random(in: 1...120, using: &dice)
            if Int.random(in: 0..<5, using: &dice) == 0 {
                index.remove(RegistryRowID(.person, id))
                people[id] = nil
                continue
            }
            let numbers = (0..<Int.random(in: 0...2, using: &dice)).map { _ in number() }
            let written = numbers.map { Bool.random(using: &dice) ? "+86 \($0.prefix(3))-\($0.dropFirst(3))" : $0 }
            index.put(.person(Self.phoned(id, written.joined(separator: " / "))))
            people[id] = numbers
        }
        for _ in 0..<200 {
            let query = String(number().suffix([4, 5, 11].randomElement(using: &dice)!))
            guard let phone = Phones.Query(query) else { continue }
            let naive = people.filter { $0.value.contains { $0.hasSuffix(query) } }.map(\.key)
            #expect(Set(index.people(withPhone: phone).map(\.id)) == Set(naive), "seed \(seed), \(query)")
        }
    }

    // MARK: The naive way

    /// Every spelling of a name, tried one by one.
    private static func isSpelled(_ query: [Character], _ name: [Character]) -> Bool {
        func goes(_ rest: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
            if rest.isEmpty { return true }
            guard let first = name.first else { return false }
            if rest.first == first, goes(rest.dropFirst(), name.dropFirst()) { return true }
            for reading in Pinyin.shared.readings(of: first.unicodeScalars.first!.value) {
                let spelling = Array(reading)
                if rest.starts(with: spelling), goes(rest.dropFirst(spelling.count), name.dropFirst()) { return true }
                let behind = rest.dropFirst(spelling.count)
                if rest.starts(with: spelling), let tone = behind.first, "12345".contains(tone),
                    goes(behind.dropFirst(), name.dropFirst())
                {
                    return true
                }
                if spelling.starts(with: rest) { return true }
                if rest.first == spelling.first, goes(rest.dropFirst(), name.dropFirst()) { return true }
                if spelling.count > 2, spelling[1] == "h", rest.starts(with: spelling[..<2]),
                    goes(rest.dropFirst(2), name.dropFirst())
                {
                    return true
                }
            }
            return false
        }
        return name.indices.contains { goes(query[...], name[$0...]) }
    }

    private static func naive(_ query: String, _ people: [UInt32: PersonRow]) -> Set<UInt32> {
        let query = Array(query.lowercased().filter { $0 != " " })
        return Set(
            people.values.filter { row in
                let name = Array(row.name.lowercased().filter { $0 != " " })
                let reference = Array(row.reference.lowercased())
                func holds(_ text: [Character]) -> Bool {
                    text.indices.contains { text[$0...].starts(with: query) }
                }
                return holds(name) || holds(reference)
                    || query.contains { $0 >= "a" && $0 <= "z" } && isSpelled(query, name)
            }.map(\.id))
    }

    /// Random registers that change: what the index finds is what the naive way finds.
    @Test(arguments: 1...12 as ClosedRange<UInt64>) func theIndexFindsWhatTheNaiveWayFinds(seed: UInt64) {
        var dice = SplitMix(state: seed)
        let surnames = Array("李王张单曾仇黎里赵啊吕解欧") + ["John "]
        let given = Array("伟薇明安西夏先啊重行长乐").map(String.init) + ["li", "Wei", "a", " ", "x"]
        var index = FindIndex()
        var people: [UInt32: PersonRow] = [:]
        for _ in 0..<300 {
            let id = UInt32.random(in: 1...120, using: &dice)
            if Int.random(in: 0..<5, using: &dice) == 0 {
                index.remove(RegistryRowID(.person, id))
                people[id] = nil
                continue
            }
            let name =
                "\(surnames.randomElement(using: &dice)!)"
                + (0..<Int.random(in: 0...3, using: &dice)).map { _ in given.randomElement(using: &dice)! }.joined()
            let row = Self.person(id, "R-\(Int.random(in: 1...400, using: &dice))", name)
            index.put(.person(row))
            people[id] = row
        }
        let pieces = [
            "li", "wei", "w", "l", "a", "x", "an", "李", "伟", "sh", "shan", "z", "1", "r-", "xi", "g", "zh", "e", "le",
            "yue", " ",
        ]
        for _ in 0..<200 {
            let query = (0..<Int.random(in: 1...3, using: &dice)).map { _ in pieces.randomElement(using: &dice)! }
                .joined()
            guard query.contains(where: { $0 != " " }) else { continue }
            let found = index.people(FindQuery(query)).map(\.id)
            #expect(Set(found) == Self.naive(query, people), "seed \(seed), \"\(query)\"")
            #expect(Set(found).count == found.count)
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
