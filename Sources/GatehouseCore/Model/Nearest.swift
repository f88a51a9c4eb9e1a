/// Finds what somebody probably meant.
package enum Nearest {
    /// The candidate that is the fewest slips away (a letter wrong, missing, too much, or two swapped), when that is few
    /// for its length. Spelling with dashes or capitals counts as no slip. The first in the alphabet among equals.
    package static func match(for word: String, among candidates: some Sequence<String>) -> String? {
        let wanted = normalized(word)
        guard (1...64).contains(wanted.count) else { return nil }
        var best: (distance: Int, candidate: String)?
        for candidate in candidates.sorted() {
            let distance = slips(from: wanted, to: normalized(candidate))
            guard distance <= max(1, min(wanted.count, candidate.count) / 3) else { continue }
            if best == nil || distance < best!.distance { best = (distance, candidate) }  // not nil on the right
        }
        return best?.candidate
    }

    private static func normalized(_ word: String) -> [Character] {
        word.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
    }

    /// The edit distance with swaps of neighbours (optimal string alignment).
    package static func slips(from left: [Character], to right: [Character]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var older: [Int] = []
        var old = Array(0...right.count)
        for row in 1...left.count {
            var new = [row]
            for column in 1...right.count {
                let substitution = old[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var slips = min(substitution, old[column] + 1, new[column - 1] + 1)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    slips = min(slips, older[column - 2] + 1)
                }
                new.append(slips)
            }
            (older, old) = (old, new)
        }
        return old[right.count]
    }
}
