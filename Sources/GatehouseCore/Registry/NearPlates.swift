/// Enrolled plates by what a camera may make of them (serial-readers.md section 6): a character taken for its like
/// (0 and O, 1 and I, 8 and B), or one that was lost or added.
struct NearPlates: Sendable {
    private var byForm: [UInt64: [UInt32]] = [:]
    private var forms: [UInt32: [UInt64]] = [:]

    mutating func insert(_ plate: String, _ id: UInt32) {
        let all = Self.forms(of: plate)
        forms[id] = all
        for form in all { byForm[form, default: []].append(id) }
    }

    mutating func remove(_ id: UInt32) {
        for form in forms.removeValue(forKey: id) ?? [] {
            byForm[form]?.removeAll { $0 == id }
            if byForm[form]?.isEmpty == true { byForm[form] = nil }
        }
    }

    /// Plates that the one read could be, in the order of their identities.
    func near(_ plate: String) -> [UInt32] {
        guard !forms.isEmpty else { return [] }
        return Set(Self.forms(of: plate).flatMap { byForm[$0] ?? [] }).sorted()
    }

    /// Marks of the plate with like characters made one, whole and with each of its characters left out. Two plates with
    /// a mark in common differ by one character at most, or by likes.
    private static func forms(of plate: String) -> [UInt64] {
        let characters = plate.unicodeScalars.map(like)
        guard characters.count > 3 else { return [] }
        var all = [mark(characters)]
        for index in characters.indices {
            var shorter = characters
            shorter.remove(at: index)
            let form = mark(shorter)
            if !all.contains(form) { all.append(form) }
        }
        return all
    }

    private static func like(_ scalar: Unicode.Scalar) -> UInt32 {
        switch scalar {
        case "O": 48
        case "I": 49
        case "B": 56
        default: scalar.value
        }
    }

    /// FNV-1a over the characters.
    private static func mark(_ characters: [UInt32]) -> UInt64 {
        characters.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }
}
