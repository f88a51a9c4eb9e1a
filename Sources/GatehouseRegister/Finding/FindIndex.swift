package import GatehouseCore

/// What is asked for, folded once.
package struct FindQuery: Hashable, Sendable {
    package let scalars: [UInt32]
    let octets: [UInt8]

    package init(_ text: String) {
        scalars = Folding.scalars(text)
        octets = Folding.octets(text)
    }

    /// One letter or digit would be half of the register.
    package var isTooShort: Bool { scalars.isEmpty || scalars.count == 1 && scalars[0] < 0x2E80 }
    /// Letters, which may be how a name is read.
    var isSpelling: Bool { scalars.contains { (0x61...0x7A).contains($0) } }
}

/// What a row of the register is found by, in memory alone: names as scalars, codes and numbers as octets, all folded. On
/// disk they stay sealed.
package struct FindIndex: Sendable {
    /// How well a row fits, the best first.
    package enum Fit: UInt8, Hashable, Sendable, Comparable {
        case whole, beginning, part, sound, code
        package static func < (left: Fit, right: Fit) -> Bool { left.rawValue < right.rawValue }
    }
    package struct Hit: Hashable, Sendable {
        package var id: UInt32
        package var fit: Fit
    }

    private var names = PackedTexts<UInt32>()
    private var references = PackedTexts<UInt8>()
    private var dwellings = PackedTexts<UInt8>()
    private var cards = PackedTexts<UInt8>()
    private var plates = PackedTexts<UInt8>()
    private var phones = PackedTexts<UInt8>()

    package init() {}

    /// Makes room for so many people with what is theirs.
    package mutating func reserve(people: Int, credentials: Int) {
        names.reserve(rows: people, units: people * 4)
        references.reserve(rows: people, units: people * 8)
        cards.reserve(rows: credentials, units: credentials * 16)
    }

    /// Takes a row as it stands now. PINs have nothing to be found by.
    package mutating func put(_ row: RegistryRow) {
        switch row {
        case .person(let row):
            names.put(Folding.scalars(row.name), at: row.id)
            references.put(Folding.octets(row.reference), at: row.id)
            phones.put(Phones.packed(row.phone), at: row.id)
        case .dwelling(let row): dwellings.put(Folding.octets(row.code), at: row.id)
        case .credential(let row):
            let labels = row.kind == .card || row.kind == .face ? [row.label] + row.others.map(\.label) : []
            cards.put(Array(labels.map(Folding.octets).joined(separator: [Self.separator])), at: row.id)
        case .vehicle(let row): plates.put(Folding.octets(row.plate), at: row.id)
        case .community, .tenancy, .consent: break
        }
    }

    package mutating func remove(_ row: RegistryRowID) {
        switch row.kind {
        case .person:
            names.put([], at: row.id)
            references.put([], at: row.id)
            phones.put([], at: row.id)
        case .dwelling: dwellings.put([], at: row.id)
        case .credential: cards.put([], at: row.id)
        case .vehicle: plates.put([], at: row.id)
        case .community, .tenancy, .consent: break
        }
    }

    /// People by their name, a part of it, how it is read, or a part of their reference; the best first.
    package func people(_ query: FindQuery, _ pinyin: Pinyin = .shared) -> [Hit] {
        guard !query.scalars.isEmpty else { return [] }
        var fits: [UInt32: Fit] = [:]
        let isSpelling = query.isSpelling
        names.each { id, name in
            if let place = name.place(of: query.scalars) {
                fits[id] = name.count == query.scalars.count ? .whole : place == 0 ? .beginning : .part
            } else if isSpelling, pinyin.names(query.scalars, name) {
                fits[id] = .sound
            }
        }
        references.each { id, reference in
            guard let _ = reference.place(of: query.octets) else { return }
            let fit: Fit = reference.count == query.octets.count ? .whole : .code
            fits[id] = min(fits[id] ?? fit, fit)
        }
        return Self.sorted(fits.map { Hit(id: $0.key, fit: $0.value) })
    }

    /// People by a telephone number, or by the end of one.
    package func people(withPhone phone: Phones.Query) -> [Hit] {
        var found: [Hit] = []
        phones.each { id, numbers in
            let fit = numbers.split(separator: Phones.separator).compactMap { number -> Fit? in
                guard number.count >= phone.digits.count, number.suffix(phone.digits.count).elementsEqual(phone.digits)
                else { return nil }
                return number.count == phone.digits.count ? .whole : .part
            }.min()
            if let fit { found.append(Hit(id: id, fit: fit)) }
        }
        return Self.sorted(found)
    }

    package func dwellings(_ query: FindQuery) -> [Hit] { Self.hits(query, dwellings) }
    package func vehicles(_ query: FindQuery) -> [Hit] { Self.hits(query, plates) }
    /// By one of its numbers, where a card has several.
    package func credentials(_ query: FindQuery) -> [Hit] {
        var found: [Hit] = []
        cards.each { id, numbers in
            let fit = numbers.split(separator: Self.separator).compactMap { Self.fit(query, .init(rebasing: $0)) }.min()
            if let fit { found.append(Hit(id: id, fit: fit)) }
        }
        return Self.sorted(found)
    }

    /// Between numbers of one card; it stands in none.
    private static let separator: UInt8 = 0

    private static func hits(_ query: FindQuery, _ texts: PackedTexts<UInt8>) -> [Hit] {
        var found: [Hit] = []
        texts.each { id, text in
            if let fit = fit(query, text) { found.append(Hit(id: id, fit: fit)) }
        }
        return sorted(found)
    }

    private static func fit(_ query: FindQuery, _ text: UnsafeBufferPointer<UInt8>) -> Fit? {
        guard let place = text.place(of: query.octets) else { return nil }
        return text.count == query.octets.count ? .whole : place == 0 ? .beginning : .part
    }

    /// Somebody whose reference is one slip away: a letter wrong, missing, too much, or two swapped.
    package func personNear(_ query: FindQuery) -> UInt32? { Self.near(query, references) }
    package func dwellingNear(_ query: FindQuery) -> UInt32? { Self.near(query, dwellings) }

    private static func near(_ query: FindQuery, _ texts: PackedTexts<UInt8>) -> UInt32? {
        guard query.octets.count >= 3 else { return nil }
        var found: UInt32?
        texts.each { id, text in
            if found == nil, text.isOneSlip(from: query.octets) { found = id }
        }
        return found
    }

    private static func sorted(_ hits: [Hit]) -> [Hit] { hits.sorted { ($0.fit, $0.id) < ($1.fit, $1.id) } }
}
