import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPSearchTests {
    /// Lets a search run over emulated readers, each of which hears its own speed; readers of one address answer
    /// together, whole one after the other or mixed into noise.
    private static func search(
        _ readers: [(address: UInt8, baud: Int)], mixes: Bool = false, refuses: Bool = false, answersCalls: Bool = true
    ) -> (found: [OSDPSearch.Found], seconds: Double) {
        var peers = readers.enumerated().map { index, place in
            var reader = EmulatedOSDPReader(address: place.address)
            reader.baud = place.baud
            reader.identity.serial = UInt32(index + 1)
            reader.security.ability = refuses ? .demanded : .none
            return reader
        }
        var search = OSDPSearch()
        var now = MonotonicTime.zero
        var speed = 0
        var effects = search.start(at: now)
        while true {
            for effect in effects {
                switch effect {
                case .speed(let baud): speed = baud
                case .done(let found): return (found, Double(now.nanoseconds) / 1e9)
                case .send(let octets):
                    var answers: [[UInt8]] = []
                    for index in peers.indices where peers[index].baud == speed {
                        // Everybody answers to 7F, by its own address or none.
                        if octets[2] == 0x7F {
                            if answersCalls { answers.append([0x53, 0xFF, 0x00]) }
                        } else {
                            let reply = peers[index].receive(octets)
                            if !reply.isEmpty { answers.append(reply) }
                        }
                    }
                    if mixes, answers.count > 1 {
                        search.receive(zip(answers[0], answers[1]).map { $0 & $1 ^ 0x11 })
                    } else {
                        for answer in answers { search.receive([0xFF] + answer) }
                    }
                }
            }
            guard let deadline = search.nextDeadline else {
                Issue.record("the search waits for nothing")
                return ([], 0)
            }
            now = deadline.at
            effects = search.timePassed(at: now)
        }
    }

    @Test func readersAreFoundWhereverTheyAre() {
        let places: [(address: UInt8, baud: Int)] = [(0, 9600), (5, 9600), (126, 115_200), (17, 38_400)]
        let found = Self.search(places).found
        #expect(found.map(\.address) == [0, 5, 17, 126])
        #expect(found.map(\.baud) == [9600, 9600, 38_400, 115_200])
        #expect(
            found.map(\.answer)
                == [1, 2, 4, 3].map { serial in
                    var identity = EmulatedOSDPReader(address: 0).identity
                    identity.serial = UInt32(serial)
                    return .identity(identity)
                })
    }

    @Test(arguments: [true, false])
    func twoReadersOfOneAddressAreNamed(mixes: Bool) {
        let found = Self.search([(3, 9600), (3, 9600), (4, 9600)], mixes: mixes).found
        #expect(found.map(\.address) == [3, 4])
        #expect(found[0].answer == .doubled)
        #expect(found[1].answer != .doubled)
    }

    @Test func aReaderThatSpeaksInASessionAloneIsFoundToo() {
        let found = Self.search([(9, 57_600)], refuses: true).found
        #expect(found.map(\.address) == [9])
    }

    @Test func readersThatAnswerNoCallAreFoundByTheirAddress() {
        let found = Self.search([(100, 9600), (7, 230_400)], answersCalls: false).found
        #expect(found.map(\.address) == [100, 7])
    }

    @Test func aSearchTakesSecondsAndOnAnEmptyBusTwoMinutesAtMost() {
        #expect(Self.search([(5, 9600)]).seconds < 20)
        let (found, seconds) = Self.search([])
        #expect(found.isEmpty)
        #expect(seconds < 120)
    }
}
