package import GatehouseCore
internal import GatehouseProtocols

extension Configuration {
    /// What would keep nothing from starting and is still worth changing: cards alone of a format that is soon guessed.
    package var advice: [Sentence] {
        var points: [CardFormatID: (bits: Int, names: [String])] = [:]
        for point in site.accessPoints {
            let windows = site.policy.factorWindows.filter { $0.accessPoint == point.id }
            guard (point.factors + windows.flatMap(\.factors)).contains([.card]) else { continue }
            for reader in readers where point.readers.contains(reader.id) {
                for (format, bits) in reader.numbers where NumberSpace.mostEnrolled(bits: bits) < Self.usualRegister {
                    var found = points[format] ?? (bits, [])
                    if !found.names.contains(point.id.name) { found.names.append(point.id.name) }
                    points[format] = found
                }
            }
        }
        return points.sorted { $0.key < $1.key }.map { format, found in
            let most = NumberSpace.mostEnrolled(bits: found.bits)
            return
                Sentence(
                    "\(found.names): a card alone opens, and \(format) has 2^\(found.bits) numbers a facility. With more than \(most) enrolled, whoever tries numbers below every alarm opens more often than once in 1,000 days: ask for card and PIN, or take cards of a longer format (docs/guessing.md)"
                )
        }
    }

    /// Cards of a residential community.
    private static let usualRegister = 1000
}

extension ReaderSettings {
    /// The formats that it reads, with the bits of their numbers.
    fileprivate var numbers: [(CardFormatID, Int)] {
        kind.formats.map { ($0.id, $0.number.length) }
            + (kind.serial?.word == .em4100 ? [(EM4100Frame.formatID, 32)] : [])
    }
}
