import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseUplink
import Testing

/// A journal of numbered leaves, by the definitions of RFC 6962 alone.
private struct NaiveLog {
    let signer: LogSigner
    var salt = "entry"

    init(origin: String = "lotus/journal/1") throws {
        signer = try LogSigner(origin: origin, seed: SecretKey((0..<32).map { UInt8($0) }))
    }

    private func leaf(_ index: Int) -> [UInt8] { Hash.sha256([0] + Array("\(salt)-\(index)".utf8)) }

    private func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }

    func root(_ range: Range<Int>) -> [UInt8] {
        guard range.count > 1 else { return range.isEmpty ? Hash.sha256([]) : leaf(range.lowerBound) }
        let middle = range.lowerBound + split(range.count)
        return Hash.sha256([1] + root(range.lowerBound..<middle) + root(middle..<range.upperBound))
    }

    private func proof(_ old: Int, _ range: Range<Int>, _ isWhole: Bool) -> [[UInt8]] {
        if old == range.count { return isWhole ? [] : [root(range)] }
        let half = split(range.count)
        let middle = range.lowerBound + half
        return old <= half
            ? proof(old, range.lowerBound..<middle, isWhole) + [root(middle..<range.upperBound)]
            : proof(old - half, middle..<range.upperBound, false) + [root(range.lowerBound..<middle)]
    }

    func consistency(_ old: UInt64, _ new: UInt64) -> [[UInt8]] {
        old == 0 || old == new ? [] : proof(Int(old), 0..<Int(new), true)
    }

    func note(_ size: UInt64) throws -> String {
        String(decoding: try signer.sign(size: size, root: root(0..<Int(size))).octets, as: UTF8.self)
    }

    func offer(_ size: UInt64) throws -> WitnessTalk.Offer { try #require(WitnessTalk.Offer(note: note(size))) }
}

/// A witness by the rules of the program, without its network.
private struct NaiveWitness {
    let rules: Witness
    let key: NoteKey
    private let seed = SecretKey((32..<64).map { UInt8($0) })
    var seen: [String: (size: UInt64, root: [UInt8])] = [:]
    var signed: [UInt64] = []

    init(_ logs: [NoteKey]) throws {
        rules = Witness(logs: logs)
        key = try NoteKey(name: "committee.example/w1", kind: .witness, publicKey: Ed25519.publicKey(seed: seed))
    }

    mutating func answer(_ request: WitnessRequest, size: UInt64, at time: UInt64 = 1_790_000_000) throws
        -> WitnessReply
    {
        do {
            let (checkpoint, text) = try rules.judge(request.octets) { seen[$0] }
            seen[checkpoint.origin] = (checkpoint.size, checkpoint.root)
            signed.append(checkpoint.size)
            let octets = try Cosignature(of: Array(text.utf8), at: time, seed: seed).octets
            let line = SignedNote.Signature(name: key.name, id: key.id, octets: octets).line
            return WitnessReply(status: 200, body: Array(line.utf8), to: request.checkpoint, size: size, witness: key)
        } catch let refusal as Witness.Refusal {
            return WitnessReply(
                status: refusal.status, body: Array(refusal.body.utf8), to: request.checkpoint, size: size, witness: key
            )
        }
    }
}

@Suite("The log's side of a witness")
struct WitnessTalkTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private let log: NaiveLog
    private var witness: NaiveWitness

    init() throws {
        log = try NaiveLog()
        witness = try NaiveWitness([log.signer.key])
    }

    /// Carries out what comes until nothing does; what is told is kept.
    private mutating func settle(
        _ outputs: [WitnessTalk.Output], _ talk: inout WitnessTalk, _ log: NaiveLog, at now: MonotonicTime = start
    ) throws -> [WitnessTalk.Output] {
        var told: [WitnessTalk.Output] = []
        var queue = outputs
        while !queue.isEmpty {
            let output = queue.removeFirst()
            switch output {
            case .post(let request, let size):
                queue += talk.handle(.answered(try witness.answer(request, size: size)), at: now)
            case .prove(let old, let new):
                queue += talk.handle(.proof(old: old, new: new, hashes: log.consistency(old, new)), at: now)
            case .cosigned, .stands: told.append(output)
            }
        }
        return told
    }

    private func sizes(_ told: [WitnessTalk.Output]) -> [UInt64] {
        told.compactMap { if case .cosigned(let size, _) = $0 { size } else { nil } }
    }

    private func standings(_ told: [WitnessTalk.Output]) -> [WitnessStanding] {
        told.compactMap { if case .stands(let standing) = $0 { standing } else { nil } }
    }

    @Test mutating func eachHeadIsSignedAndAWitnessThatKnowsMoreNamesItsSize() throws {
        var talk = WitnessTalk()
        var told = try settle(talk.handle(.offered(log.offer(7), again: false), at: Self.start), &talk, log)
        #expect(sizes(told) == [7] && standings(told) == [.agrees])
        told = try settle(talk.handle(.offered(log.offer(257), again: false), at: Self.start), &talk, log)
        #expect(sizes(told) == [257] && standings(told) == [])
        // A process that was started anew knows nothing of what the witness saw.
        var fresh = WitnessTalk()
        told = try settle(fresh.handle(.offered(log.offer(300), again: false), at: Self.start), &fresh, log)
        #expect(sizes(told) == [300])
        #expect(witness.signed == [7, 257, 300])
    }

    @Test mutating func twoHistoriesAreNamedAtTheNextHead() throws {
        var talk = WitnessTalk()
        _ = try settle(talk.handle(.offered(log.offer(100), again: false), at: Self.start), &talk, log)
        var fork = log
        fork.salt = "other"
        // Longer than what the witness saw, and another journal.
        var told = try settle(talk.handle(.offered(fork.offer(140), again: false), at: Self.start), &talk, fork)
        #expect(standings(told) == [.disagrees(seen: nil)] && sizes(told) == [])
        // As long, and another one: by a process that was started anew.
        var fresh = WitnessTalk()
        told = try settle(fresh.handle(.offered(fork.offer(100), again: false), at: Self.start), &fresh, fork)
        #expect(standings(told) == [.disagrees(seen: nil)])
        // Put back: shorter than what the witness saw.
        var older = WitnessTalk()
        told = try settle(older.handle(.offered(log.offer(90), again: false), at: Self.start), &older, log)
        #expect(standings(told) == [.disagrees(seen: 100)])
        #expect(witness.signed == [100])
        // Where it was a mistake and the right database is back, it signs again.
        told = try settle(older.handle(.offered(log.offer(120), again: false), at: Self.start), &older, log)
        #expect(told == [], "it rests")
        told = try settle(older.handle(.time, at: Self.start + .seconds(3)), &older, log)
        #expect(standings(told) == [.agrees] && sizes(told) == [120])
    }

    @Test func whoIsAwayIsAskedLessAndLessOftenAndAtMostEveryMinute() throws {
        var talk = WitnessTalk()
        var now = Self.start
        var outputs = talk.handle(.offered(try log.offer(5), again: false), at: now)
        var pauses: [Int64] = []
        for _ in 0..<8 {
            guard case .post? = outputs.first else {
                Issue.record("nothing was asked: \(outputs)")
                return
            }
            outputs = talk.handle(.unreachable, at: now)
            #expect(outputs == (pauses.isEmpty ? [.stands(.away(status: nil))] : []), "told once")
            var pause: Int64 = 0
            repeat {
                pause += 1
                now = now + .seconds(1)
                outputs = talk.handle(.time, at: now)
            } while outputs.isEmpty && pause < 100
            pauses.append(pause)
        }
        #expect(pauses == [2, 4, 8, 16, 32, 60, 60, 60])
        outputs = talk.handle(.answered(.refused(404)), at: now)
        #expect(outputs == [.stands(.away(status: 404))])
        #expect(
            talk.handle(.offered(try log.offer(5), again: true), at: now) == [.stands(.away(status: 404))],
            "another daemon hears it too")
    }

    @Test mutating func whatWasSignedIsSaidAgainToADaemonThatLostIt() throws {
        var talk = WitnessTalk()
        let told = try settle(talk.handle(.offered(log.offer(9), again: false), at: Self.start), &talk, log)
        let line = told.first { if case .cosigned = $0 { true } else { false } }
        #expect(talk.handle(.offered(try log.offer(9), again: true), at: Self.start) == [.stands(.agrees), line])
        #expect(witness.signed == [9], "and it is not asked again")
    }

    @Test func aDaemonThatForgetsAProofIsAskedAgain() throws {
        var talk = WitnessTalk()
        guard case .post? = talk.handle(.offered(try log.offer(9), again: false), at: Self.start).first else { return }
        #expect(talk.handle(.answered(.asksFrom(4)), at: Self.start) == [.prove(old: 4, new: 9)])
        #expect(talk.handle(.proof(old: 3, new: 9, hashes: []), at: Self.start) == [], "that was not asked for")
        #expect(talk.handle(.time, at: Self.start + .seconds(29)) == [])
        #expect(talk.handle(.time, at: Self.start + .seconds(31)) == [.prove(old: 4, new: 9)])
        #expect(talk.handle(.offered(try log.offer(12), again: false), at: Self.start) == [.prove(old: 4, new: 12)])
    }

    @Test func aWitnessThatNamesAnotherSizeEachTimeIsLeftForAWhile() throws {
        var talk = WitnessTalk()
        var outputs = talk.handle(.offered(try log.offer(100), again: false), at: Self.start)
        var rounds = 0
        while let output = outputs.first, rounds < 20 {
            rounds += 1
            switch output {
            case .post: outputs = talk.handle(.answered(.asksFrom(UInt64(10 + rounds))), at: Self.start)
            case .prove(let old, let new):
                outputs = talk.handle(.proof(old: old, new: new, hashes: log.consistency(old, new)), at: Self.start)
            default: outputs = []
            }
        }
        #expect(rounds < 10)
        #expect(
            talk.handle(.offered(try log.offer(100), again: true), at: Self.start) == [.stands(.away(status: 409))])
    }

    /// After a restore the journal has another name, of which the witness has seen nothing.
    @Test mutating func anotherEpochBeginsAnew() throws {
        var talk = WitnessTalk()
        _ = try settle(talk.handle(.offered(log.offer(50), again: false), at: Self.start), &talk, log)
        let next = try NaiveLog(origin: "lotus/journal/2")
        var told = try settle(talk.handle(.offered(next.offer(20), again: false), at: Self.start), &talk, next)
        #expect(standings(told) == [.away(status: 404)], "the committee has not taken it on")
        witness = try NaiveWitness([log.signer.key, next.signer.key])
        told = try settle(talk.handle(.time, at: Self.start + .seconds(3)), &talk, next)
        #expect(sizes(told) == [20])
    }

    /// A journal that was put in order goes on under another name: what a witness said of the old one is not said of it.
    @Test mutating func anAccusationEndsWithTheJournalThatItIsAbout() throws {
        var talk = WitnessTalk()
        _ = try settle(talk.handle(.offered(log.offer(50), again: false), at: Self.start), &talk, log)
        var fork = log
        fork.salt = "other"
        let told = try settle(talk.handle(.offered(fork.offer(60), again: false), at: Self.start), &talk, fork)
        #expect(standings(told) == [.disagrees(seen: nil)])
        let next = try NaiveLog(origin: "lotus/journal/2")
        #expect(
            talk.handle(.offered(try next.offer(61), again: true), at: Self.start) == [],
            "nothing is said yet, and it rests")
    }

    /// Another history of the same length is another head.
    @Test mutating func aForkOfTheSameLengthIsOfferedToo() throws {
        var talk = WitnessTalk()
        _ = try settle(talk.handle(.offered(log.offer(50), again: false), at: Self.start), &talk, log)
        var fork = log
        fork.salt = "other"
        let told = try settle(talk.handle(.offered(fork.offer(50), again: false), at: Self.start), &talk, fork)
        #expect(standings(told) == [.disagrees(seen: nil)])
    }

    /// Whatever is lost on the way: what is signed only grows, nobody is accused, and in the end the newest is signed.
    @Test(arguments: 0..<40 as Range<UInt64>)
    mutating func lostAnswersAreNoFault(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var talk = WitnessTalk()
        var now = Self.start
        var size: UInt64 = 1
        var told: [WitnessTalk.Output] = []
        func chance(_ share: UInt64) -> Bool { random.next() % 100 < share }
        for round in 0..<120 {
            now = now + .seconds(1)
            let isCalm = round > 60
            var queue: [WitnessTalk.Output] = []
            if round < 60, chance(50) {
                size += random.next() % 30 + 1
                queue = talk.handle(.offered(try log.offer(size), again: false), at: now)
            } else if chance(5), !isCalm {
                talk = WitnessTalk()
                queue = talk.handle(.offered(try log.offer(size), again: false), at: now)
            }
            queue += talk.handle(.time, at: now)
            while !queue.isEmpty {
                let output = queue.removeFirst()
                switch output {
                case .post(let request, let asked):
                    if chance(20), !isCalm {
                        queue += talk.handle(.unreachable, at: now)
                    } else {
                        let reply = try witness.answer(request, size: asked)
                        queue += talk.handle(chance(20) && !isCalm ? .unreachable : .answered(reply), at: now)
                    }
                case .prove(let old, let new):
                    if isCalm || !chance(20) {
                        queue += talk.handle(
                            .proof(old: old, new: new, hashes: log.consistency(old, new)), at: now)
                    }
                case .cosigned, .stands: told.append(output)
                }
            }
        }
        #expect(witness.signed == witness.signed.sorted())
        #expect(witness.signed.last == size && sizes(told).last == size)
        #expect(!standings(told).contains { if case .disagrees = $0 { true } else { false } })
        #expect(standings(told).last == .agrees)
    }

    private struct SplitMix {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }
}
