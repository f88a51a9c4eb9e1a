/// Collects what a person shows at one access point until a combination that opens is complete, or nothing more
/// comes. Feedback is the same for every key and for every card, known or not.
package struct FactorCollector: Sendable {
    package struct Presented: Hashable, Sendable {
        package var card: CardRead?
        package var plate: CardRead?
        package var face: UInt16?
        package var pin: [UInt8]?
        package var pass: PresentedPass?
        /// The reader that finished it, and the module that matched the face.
        package var reader: ReaderID
        package var faceModule: ReaderID?

        package var factors: FactorSet {
            var set: FactorSet = []
            if card != nil { set.insert(.card) }
            // Read once, it is worth something beside the tag of its vehicle.
            if let plate, !plate.isUncertain || card != nil { set.insert(.plate) }
            if face != nil { set.insert(.face) }
            if pin != nil { set.insert(.pin) }
            if pass != nil { set.insert(.pass) }
            return set
        }
    }

    package enum Output: Hashable, Sendable {
        case indicate(ReaderID, Indication)
        case complete(Presented)
    }

    /// Digits beyond this many are not kept; the PIN is then wrong for certain.
    package static let longestPIN = 12

    /// What the access point asks for now; it may change with the hour and with an alert at a reader.
    package var combinations: [FactorSet]
    private let timeout: Duration
    private var presented: Presented?
    private var digits: [UInt8] = []
    private var lastReader: ReaderID = ""
    private var until: MonotonicTime?
    /// The plate of an attempt that is over: the vehicle may stand there still when its pass is shown.
    private var lastPlate: (card: CardRead, until: MonotonicTime)?

    package init(combinations: [FactorSet], timeout: Duration) {
        self.combinations = combinations
        self.timeout = timeout
    }

    package var nextDeadline: MonotonicTime? { until }
    /// Something was shown or typed, and more may come.
    package var isCollecting: Bool { presented != nil || !digits.isEmpty }

    /// A card, a tag or a plate.
    package mutating func card(_ card: CardRead, at reader: ReaderID, now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        let place: WritableKeyPath<Presented, CardRead?> = card.number.isPlate ? \.plate : \.card
        // Another one of its kind starts anew: what was begun with the first is finished as it stands.
        let isOther = presented?[keyPath: place] != nil || (place == \.card && presented?.pass != nil)
        if isOther, let begun = presented { outputs.append(finish(begun)) }
        if card.number.isPlate { lastPlate = (card, now + timeout) }
        var next = presented ?? Presented(reader: reader)
        next[keyPath: place] = card
        next.reader = reader
        return outputs + advance(next, now: now)
    }

    /// A pass goes with a plate, and with nothing else: what was begun otherwise is finished as it stands.
    package mutating func pass(_ pass: PresentedPass, at reader: ReaderID, now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        let goesWithPlate = pass.wantsPlate || combinations.contains([.pass, .plate])
        if let begun = presented, begun.factors != [.plate] || !goesWithPlate { outputs.append(finish(begun)) }
        var next = presented ?? Presented(reader: reader)
        next.pass = pass
        next.reader = reader
        if next.plate == nil, pass.wantsPlate, let lastPlate, now < lastPlate.until, pass.names(lastPlate.card) {
            next.plate = lastPlate.card
        }
        return outputs + advance(next, now: now)
    }

    package mutating func face(_ userNumber: UInt16, at reader: ReaderID, now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        if presented?.pass != nil, let begun = presented { outputs.append(finish(begun)) }
        var next = presented ?? Presented(reader: reader)
        next.face = userNumber
        next.faceModule = reader
        next.reader = reader
        return outputs + advance(next, now: now)
    }

    package mutating func key(_ key: PadKey, at reader: ReaderID, now: MonotonicTime) -> [Output] {
        lastReader = reader
        until = now + timeout
        switch key {
        case .digit(let digit):
            if digits.count <= Self.longestPIN { digits.append(digit) }
            return [.indicate(reader, .key)]
        case .clear:
            digits = []
            if presented == nil { until = nil }
            return [.indicate(reader, .key)]
        case .function: return [.indicate(reader, .key)]
        case .enter:
            guard !digits.isEmpty else { return [.indicate(reader, .key)] }
            var next = presented ?? Presented(reader: reader)
            next.pin = digits
            next.reader = reader
            digits = []
            return advance(next, now: now)
        }
    }

    package mutating func timePassed(_ now: MonotonicTime) -> [Output] {
        guard let until, until <= now else { return [] }
        self.until = nil
        digits = []
        guard let begun = presented else { return [.indicate(lastReader, .idle)] }
        return [finish(begun)]
    }

    private mutating func advance(_ next: Presented, now: MonotonicTime) -> [Output] {
        let given = next.factors
        let asked = Self.asked(combinations, of: next)
        if asked.contains(given) { return [finish(next)] }
        // More may come while some combination asks for what is here and something else.
        if asked.contains(where: { $0.isSuperset(of: given) }) {
            presented = next
            until = now + timeout
            return [.indicate(next.reader, .waiting)]
        }
        return [finish(next)]
    }

    /// A pass that names a plate is good only with it, wherever plates are read.
    package static func asked(_ combinations: [FactorSet], of presented: Presented) -> [FactorSet] {
        guard presented.pass?.wantsPlate == true else { return combinations }
        return combinations.map { $0.contains(.pass) ? $0.union(.plate) : $0 }
    }

    private mutating func finish(_ done: Presented) -> Output {
        presented = nil
        digits = []
        until = nil
        return .complete(done)
    }
}
