import Testing

@testable import GatehouseCore

/// What leaves in which slot, and what comes of answers: held against a list that is read from end to end each time.
@Suite("Slots of leads")
struct LeadSlotsTests {
    static let calendar = SiteCalendar(fixedOffset: 0)
    static func moment(_ milliseconds: Int64) -> Moment {
        calendar.moment(
            monotonic: MonotonicTime(nanoseconds: milliseconds * 1_000_000),
            civil: CivilTime(milliseconds: milliseconds),
            isTrusted: true)
    }

    static func hit(_ event: UInt64, entry: String = "aa", expires: Int64 = 1_000_000_000) -> WatchlistNote {
        var note = WatchlistNote(.hit)
        (note.entry, note.event, note.portal, note.category) = (entry, event, "wicket", .missing)
        note.expires = CivilTime(milliseconds: expires)
        return note
    }

    static func awake(length: Int = 4) -> LeadSlots {
        var slots = LeadSlots(length: length)
        slots.uplink(isConnected: true, at: .zero)
        slots.restore(LeadHistory(), at: moment(0))
        _ = slots.advance(period: .seconds(10), at: moment(0))
        return slots
    }

    // MARK: Notes

    @Test(arguments: WatchlistNote.Kind.allCases)
    func aNoteIsReadAsItWasWrittenAndHasOneSize(kind: WatchlistNote.Kind) {
        var note = WatchlistNote(kind)
        (note.entry, note.portal) = (String(repeating: "a", count: 64), "lane")
        (note.event, note.isPicture, note.category) = (.max, true, .protective)
        (note.expires, note.document) = (CivilTime(milliseconds: 1_800_000_000_001), [UInt8](repeating: 9, count: 32))
        #expect(note.octets.count == WatchlistNote.size && WatchlistNote(.blank).octets.count == WatchlistNote.size)
        #expect(WatchlistNote(octets: note.octets) == note)
        #expect(WatchlistNote(octets: Array(note.octets.dropLast())) == nil)
        #expect(WatchlistNote(octets: [7] + note.octets.dropFirst()) == nil)
    }

    // MARK: The clock

    /// One message in each slot, whatever waits; slots that were missed are gone.
    @Test func slotsComeAtTheirPace() {
        var slots = Self.awake()
        var left: [Int64] = []
        for second in stride(from: Int64(1), through: 60, by: 1) {
            for case .leaves in slots.advance(period: .seconds(10), at: Self.moment(second * 1000)) {
                left.append(second)
            }
        }
        #expect(left == [10, 20, 30, 40, 50, 60])
        #expect(slots.advance(period: .seconds(10), at: Self.moment(125_000)).count == 1)
        #expect(slots.nextDeadline == Self.moment(130_000).monotonic)
        #expect(slots.advance(period: nil, at: Self.moment(140_000)).isEmpty && slots.nextDeadline == nil)
        // Awake again it begins with a whole slot.
        #expect(slots.advance(period: .seconds(10), at: Self.moment(200_000)).isEmpty)
        #expect(slots.nextDeadline == Self.moment(210_000).monotonic)
    }

    @Test func theListsOwnNotesComeEveryFiveMinutes() {
        var slots = Self.awake()
        var noted: [Int64] = []
        for second in stride(from: Int64(10), through: 1000, by: 10) {
            if slots.advance(period: .seconds(10), at: Self.moment(second * 1000)).contains(.note) {
                noted.append(second)
            }
        }
        #expect(noted == [300, 600, 900])
    }

    // MARK: Every state by every event

    /// A message that is to come, waits, is out, is received, or whose entry is over; and all that may be said of it.
    @Test func everyStateByEveryEvent() {
        enum State: CaseIterable { case absent, owed, out, received, lapsed }
        enum Event: CaseIterable { case slot, receipt, confirmed, notThePerson, picture, drop }
        let key = LeadKey(event: 5, isPicture: false)
        func made(_ state: State) -> LeadSlots {
            var slots = Self.awake()
            if state == .absent { return slots }
            _ = slots.decided(Self.hit(5, expires: 15_000), isHit: true, at: Self.moment(1))
            if state == .owed { return slots }
            _ = slots.advance(period: .seconds(10), at: Self.moment(10_000))
            if state == .received { _ = slots.answered(key, .received) }
            if state == .lapsed { _ = slots.advance(period: .seconds(10), at: Self.moment(20_000)) }
            return slots
        }
        /// The key that leaves, what is owed, and the ends that are told.
        func after(_ state: State, _ event: Event) -> [String] {
            var slots = made(state)
            let before = slots.steps.count
            var said: [String] = []
            switch event {
            case .slot:
                let at = state == .owed || state == .absent ? 10_000 : state == .lapsed ? 30_000 : 11_000 as Int64
                for case .leaves(_, let message) in slots.advance(period: .seconds(10), at: Self.moment(at)) {
                    said.append(message == nil ? "blank" : "lead")
                }
            case .receipt: _ = slots.answered(key, .received)
            case .confirmed: _ = slots.answered(key, .confirmed)
            case .notThePerson: _ = slots.answered(key, .notThePerson)
            case .picture: slots.picture([1], of: 5, at: Self.moment(11_000).monotonic)
            case .drop: slots.drop(entry: "aa")
            }
            return said + slots.steps.dropFirst(before).map { "\($0.kind)" } + ["\(slots.ring.owed)"]
        }
        let wanted: [State: [Event: [String]]] = [
            .absent: [
                .slot: ["blank", "0"], .receipt: ["0"], .confirmed: ["0"], .notThePerson: ["0"], .picture: ["0"],
                .drop: ["0"],
            ],
            // What never left is nothing that somebody can have received; who it was they may know.
            .owed: [
                .slot: ["lead", "1"], .receipt: ["1"], .confirmed: ["confirmed", "1"],
                .notThePerson: ["notThePerson", "1"], .picture: ["2"], .drop: ["lapsed", "0"],
            ],
            .out: [
                .slot: ["1"], .receipt: ["settled", "0"], .confirmed: ["settled", "confirmed", "0"],
                .notThePerson: ["settled", "notThePerson", "0"], .picture: ["2"], .drop: ["lapsed", "0"],
            ],
            .received: [
                .slot: ["0"], .receipt: ["0"], .confirmed: ["confirmed", "0"], .notThePerson: ["notThePerson", "0"],
                .picture: ["1"], .drop: ["0"],
            ],
            .lapsed: [
                .slot: ["blank", "0"], .receipt: ["0"], .confirmed: ["0"], .notThePerson: ["0"], .picture: ["0"],
                .drop: ["0"],
            ],
        ]
        for state in State.allCases {
            for event in Event.allCases {
                #expect(after(state, event) == wanted[state]?[event], "\(state) by \(event)")
            }
        }
    }

    // MARK: The bound

    @Test func atTheBoundTheOldestMakesRoomAndItsEndIsTold() {
        var slots = Self.awake(length: 2)
        for event in 1...3 as ClosedRange<UInt64> {
            _ = slots.decided(Self.hit(event), isHit: true, at: Self.moment(Int64(event)))
        }
        #expect(slots.steps.map(\.kind) == [.crowdedOut] && slots.steps.first?.event == 1)
        #expect(slots.ring.owed == 2)
        // Decisions that were nobody's take no place.
        for _ in 0..<10 { _ = slots.decided(Self.hit(9), isHit: false, at: Self.moment(5)) }
        #expect(slots.ring.owed == 2)
    }

    /// Steps of the list outlast ends of leads.
    @Test func stepsThatWaitAreBounded() {
        var slots = Self.awake(length: 200)
        slots.owe(WatchlistNote(.added))
        for event in 1...100 as ClosedRange<UInt64> {
            _ = slots.decided(Self.hit(event, expires: 5000), isHit: true, at: Self.moment(1))
        }
        _ = slots.advance(period: .seconds(10), at: Self.moment(10_000))
        #expect(slots.steps.count == LeadSlots.mostSteps && slots.steps.first?.kind == .added)
        #expect(slots.hasRoom)
        for _ in 0..<48 { slots.owe(WatchlistNote(.refused)) }
        #expect(!slots.hasRoom)
    }

    /// A hit has its own note; what waits goes into those of others.
    @Test func waitingStepsTakeTheNotesOfMisses() {
        var slots = Self.awake()
        slots.owe(WatchlistNote(.added))
        #expect(slots.decided(Self.hit(1), isHit: true, at: Self.moment(1)).kind == .hit)
        #expect(slots.decided(Self.hit(2), isHit: false, at: Self.moment(2)).kind == .added)
        #expect(slots.decided(Self.hit(3), isHit: false, at: Self.moment(3)) == WatchlistNote(.blank))
    }

    // MARK: A second opinion

    /// The slowest model of it: all messages in a list, with the times at which they may leave.
    struct Model {
        struct Message {
            var key: LeadKey
            var expires: Int64
            var from: Int64
            var tries = 0
        }
        var messages: [Message] = []
        /// Hits that are remembered, oldest first; the one that came to an end leaves its place empty.
        var places: [UInt64?] = []
        var expiry: [UInt64: Int64] = [:]
        var pictured: Set<UInt64> = []
        var ended: [String] = []
        let length: Int

        mutating func hit(_ event: UInt64, at now: Int64, expires: Int64) {
            if places.count == length, let gone = places.removeFirst() {
                for message in messages where message.key.event == gone { end("crowdedOut", message.key) }
                messages.removeAll { $0.key.event == gone }
            }
            places.append(event)
            expiry[event] = expires
            messages.append(
                Message(key: LeadKey(event: event, isPicture: false), expires: expires, from: now))
        }

        mutating func end(_ how: String, _ key: LeadKey) { ended.append("\(how) \(key.event) \(key.isPicture)") }

        mutating func slot(at now: Int64) -> LeadKey? {
            for message in messages.sorted(by: { $0.key < $1.key }) where message.expires <= now {
                end("lapsed", message.key)
            }
            messages.removeAll { $0.expires <= now }
            places = places.map { $0.flatMap { (expiry[$0] ?? 0) <= now ? nil : $0 } }
            let ready = messages.indices.filter { messages[$0].from <= now }
            guard
                let best = ready.min(by: {
                    (messages[$0].from, messages[$0].key) < (messages[$1].from, messages[$1].key)
                })
            else { return nil }
            let pauses: [Int64] = [60, 120, 240, 300]
            messages[best].from = now + pauses[min(messages[best].tries, 3)] * 1000
            messages[best].tries += 1
            return messages[best].key
        }

        mutating func picture(of event: UInt64, at now: Int64) {
            guard places.contains(event), let expires = expiry[event], pictured.insert(event).inserted else { return }
            messages.append(Message(key: LeadKey(event: event, isPicture: true), expires: expires, from: now))
        }

        mutating func receive(_ key: LeadKey) {
            guard let index = messages.firstIndex(where: { $0.key == key && $0.tries > 0 }) else { return }
            messages.remove(at: index)
            end("settled", key)
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func leavesWhatTheModelLetsLeave(seed: UInt64) {
        var dice = Dice(seed: seed)
        var slots = Self.awake(length: 8)
        var model = Model(length: 8)
        var event: UInt64 = 0
        for second in 1...2000 as ClosedRange<Int64> {
            let now = second * 1000
            let expected = second % 10 == 0 ? model.slot(at: now) : nil
            for case .leaves(_, let message) in slots.advance(period: .seconds(10), at: Self.moment(now)) {
                #expect(message?.key == expected, "seed \(seed), second \(second)")
            }
            var told: [WatchlistNote] = []
            switch dice.next(12) {
            case 0:
                event += 1
                let expires = now + Int64(dice.next(600)) * 1000 + 1000
                _ = slots.decided(Self.hit(event, expires: expires), isHit: true, at: Self.moment(now))
                model.hit(event, at: now, expires: expires)
            case 1:
                // What waits goes into the note of somebody else.
                let note = slots.decided(Self.hit(999), isHit: false, at: Self.moment(now))
                if note.kind != .blank { told.append(note) }
            case 2 where event > 0:
                let about = event - min(event - 1, UInt64(dice.next(4)))
                slots.picture([1], of: about, at: Self.moment(now).monotonic)
                model.picture(of: about, at: now)
            case 3 where event > 0:
                let key = LeadKey(event: event - min(event - 1, UInt64(dice.next(8))), isPicture: dice.next(2) == 0)
                _ = slots.answered(key, .received)
                model.receive(key)
            default: break
            }
            let ends = (told + slots.takeSteps()).map { "\($0.kind) \($0.event) \($0.isPicture)" }
            #expect(ends == model.ended, "seed \(seed), second \(second)")
            model.ended = []
        }
    }
}

/// A stream of numbers from one seed.
private struct Dice {
    var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % bound
    }
}
