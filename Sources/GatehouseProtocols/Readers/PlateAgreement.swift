package import GatehouseCore

/// The readings of one passage: a plate counts when so many of them agree. Cameras misread a moving plate more often than not,
/// and seldom twice alike.
package struct PlateAgreement: Sendable {
    /// Readings so far apart are of two passages.
    package static let pause: Duration = .seconds(3)
    /// Different readings of one passage that are kept; more are counted for nothing.
    package static let most = 16

    private let needed: Int
    private var readings: [(plate: CardNumber, count: Int)] = []
    private var last: MonotonicTime?
    private var hasAgreed = false

    package init(needed: Int) { self.needed = needed }

    /// When the passage is over, if nothing more is read.
    package var endsAt: MonotonicTime? { last.map { $0 + Self.pause } }

    /// The reading, where enough agree with it by now, and what else was read in the passage.
    package mutating func hear(_ plate: CardNumber, at now: MonotonicTime) -> CardRead? {
        last = now
        guard let index = readings.firstIndex(where: { $0.plate == plate }) else {
            if readings.count < Self.most { readings.append((plate, 1)) }
            return agreed(on: readings.count - 1, plate)
        }
        readings[index].count += 1
        return agreed(on: index, plate)
    }

    private mutating func agreed(on index: Int, _ plate: CardNumber) -> CardRead? {
        guard readings[index].plate == plate, readings[index].count >= asked(of: plate) else { return nil }
        hasAgreed = true
        return read(plate)
    }

    /// Errors of a camera are alike: two signs at once may be misread twice. Where another reading of the passage is two or three
    /// signs away, one of them is wrong, and one more has to agree. A plate that has less in common is another car's.
    private func asked(of plate: CardNumber) -> Int {
        let isDoubted = readings.contains { (2...3).contains(Self.signs(between: $0.plate, plate)) }
        return isDoubted ? needed + 1 : needed
    }

    private static func signs(between one: CardNumber, _ other: CardNumber) -> Int {
        guard case .text(let one) = one.value, case .text(let other) = other.value, one.count == other.count else {
            return .max
        }
        return zip(one, other).count { $0 != $1 }
    }

    /// The passage is over and no reading had another like it: the one that was read most, for whoever has a tag beside it.
    package mutating func end(at now: MonotonicTime) -> CardRead? {
        guard let endsAt, endsAt <= now else { return nil }
        defer { (readings, last, hasAgreed) = ([], nil, false) }
        guard !hasAgreed, let best = readings.max(by: { $0.count < $1.count }) else { return nil }
        var read = read(best.plate)
        read.isUncertain = true
        return read
    }

    private func read(_ plate: CardNumber) -> CardRead {
        var read = CardRead(number: plate)
        read.others = readings.compactMap { other in
            guard other.plate != plate, case .text(let text) = other.plate.value else { return nil }
            return text
        }
        return read
    }
}
