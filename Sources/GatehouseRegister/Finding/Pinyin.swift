/// How characters are read, packed: a list of syllables for each, found by its number.
package struct Pinyin: Sendable {
    package static let shared = Pinyin()

    private static let first: UInt32 = 0x3400
    private static let last: UInt32 = 0x9FFF
    private static let other: UInt32 = 0x3007
    /// Octets of a syllable in `letters`; the last one is its length.
    private static let width = 8

    /// Where the list of a character begins; 0 for none.
    private var places: [UInt16]
    /// Lists of syllables, each ended by 0; syllables count from 1.
    private var lists: [UInt16] = [0]
    private var letters: [UInt8] = [UInt8](repeating: 0, count: width)

    private init() {
        places = [UInt16](repeating: 0, count: Int(Self.last - Self.first) + 2)
        var readings: [(place: Int, syllable: UInt16)] = []
        var syllable: UInt16 = 0
        for word in PinyinData.syllables.split(whereSeparator: \.isWhitespace) {
            let spelling = word.utf8.prefix { $0 < 0x80 }
            syllable += 1
            letters += spelling + [UInt8](repeating: 0, count: Self.width - 1 - spelling.count)
            letters.append(UInt8(clamping: spelling.count))
            for scalar in word.unicodeScalars.dropFirst(spelling.count) {
                if let place = Self.place(scalar.value) { readings.append((place, syllable)) }
            }
        }
        readings.sort { ($0.place, $0.syllable) < ($1.place, $1.syllable) }
        var before = -1
        for (place, syllable) in readings {
            if place != before {
                if before >= 0 { lists.append(0) }
                places[place] = UInt16(clamping: lists.count)
                before = place
            }
            lists.append(syllable)
        }
        lists.append(0)
    }

    private static func place(_ scalar: UInt32) -> Int? {
        if scalar == other { return Int(last - first) + 1 }
        return (first...last).contains(scalar) ? Int(scalar - first) : nil
    }

    /// Every way in which a character is read, without tones, ü as v; empty for what has no reading.
    package func readings(of scalar: UInt32) -> [String] {
        var found: [String] = []
        eachReading(of: scalar) { found.append(String(decoding: letters[$0..<($0 + $1)], as: UTF8.self)) }
        return found
    }

    /// Where each reading stands in the letters, and how long it is.
    @inline(__always)
    private func eachReading(of scalar: UInt32, _ body: (Int, Int) -> Void) {
        guard let place = Self.place(scalar) else { return }
        var index = Int(places[place])
        guard index > 0 else { return }
        while lists[index] > 0 {
            let start = Int(lists[index]) * Self.width
            body(start, Int(letters[start + Self.width - 1]))
            index += 1
        }
    }

    /// Letters of a question at most; nobody types more, and one word holds where it may have come to.
    package static let longest = 63

    /// Whether a question of letters and characters names the name or a part of it: each of its characters by itself, by
    /// one of its readings, or by the initial of one; the last one by any beginning of one. Characters before and behind
    /// may be left out. Both are folded.
    package func names(_ query: [UInt32], _ name: UnsafeBufferPointer<UInt32>) -> Bool {
        guard (1...Self.longest).contains(query.count) else { return false }
        let end: UInt64 = 1 << UInt64(query.count)
        // Bit i: the question is spelled up to its place i.
        var reached: UInt64 = 0
        for scalar in name {
            var next: UInt64 = 0
            var open = reached | 1
            while open != 0 {
                let at = open.trailingZeroBitCount
                open &= open - 1
                if query[at] == scalar { next |= 1 << UInt64(at + 1) }
                eachReading(of: scalar) { start, count in next |= spelled(query, at, start, count) }
            }
            if next & end != 0 { return true }
            reached = next
        }
        return false
    }

    /// Where a question may go on behind a syllable that begins at one of its places.
    @inline(__always)
    private func spelled(_ query: [UInt32], _ at: Int, _ start: Int, _ count: Int) -> UInt64 {
        var same = 0
        while same < count, at + same < query.count, Self.isSame(query[at + same], letters[start + same]) { same += 1 }
        guard same > 0 else { return 0 }
        var next: UInt64 = 1 << UInt64(at + 1)
        let isDouble = letters[start + 1] == UInt8(ascii: "h") && count > 2
        if same >= 2, isDouble { next |= 1 << UInt64(at + 2) }
        if at + same == query.count { next |= 1 << UInt64(at + same) }
        if same == count {
            next |= 1 << UInt64(at + same)
            // A tone that was typed behind it.
            if at + same < query.count, (0x31...0x35).contains(query[at + same]) {
                next |= 1 << UInt64(at + same + 1)
            }
        }
        return next
    }

    /// ü is typed as v, as u, or as it is, which is folded to u.
    private static func isSame(_ typed: UInt32, _ letter: UInt8) -> Bool {
        typed == letter || letter == UInt8(ascii: "v") && typed == 0x75
    }
}
