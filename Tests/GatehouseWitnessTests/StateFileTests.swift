import GatehouseCore
import GatehouseCrypto
import GatehouseWitness
import Glibc
import Testing

/// The file without which a witness would sign a second history.
@Suite("Witness's files") struct StateFileTests {
    /// One with all that a state may hold.
    private func fullState() throws -> WitnessState {
        let (log, fork) = (try TestLog(), try TestLog(leaf: "other"))
        let witness = try TestWitness(logs: [log.key])
        for request in [
            try log.request(0, 300), try fork.request(300, 300), try log.request(100, 200), Array("x".utf8),
            try TestLog("stranger.example/1").request(0, 1),
        ] { _ = witness.keeper.add(request) }
        let state = witness.keeper.state
        #expect(state.logs.count == 1 && state.logs[log.key.name]?.histories.count == 1 && state.strangers.count == 2)
        return state
    }

    @Test func everyCutAndEveryChangedOctetIsNoticed() throws {
        let signer = try Vectors.witness(0)
        let state = try fullState()
        let octets = state.octets(by: signer)
        #expect(try WitnessState(octets: octets, by: signer) == state)
        for count in 0..<octets.count {
            #expect(throws: WitnessState.Damage.self) { try WitnessState(octets: Array(octets[..<count]), by: signer) }
        }
        for place in octets.indices {
            for bit in 0..<8 {
                var changed = octets
                changed[place] ^= 1 << bit
                #expect(throws: WitnessState.Damage.self, "octet \(place), bit \(bit)") {
                    try WitnessState(octets: changed, by: signer)
                }
            }
        }
        #expect(throws: WitnessState.Damage.self) { try WitnessState(octets: octets + [0], by: signer) }
    }

    @Test func aFileThatIsNotOursStopsTheStart() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/state"
        let (signer, other) = (try Vectors.witness(0), try Vectors.witness(1))
        #expect(throws: WitnessFault.noState(path: path)) { try StateFile.read(path, signer: signer) }
        try StateFile.create(path, signer: other, since: 5)
        #expect(throws: WitnessFault.stateOfOther(path: path, name: other.key.name)) {
            try StateFile.read(path, signer: signer)
        }
        #expect(throws: WitnessFault.isThere(path: path)) { try StateFile.create(path, signer: signer, since: 5) }
        try folder.write(Array("something else".utf8), "state")
        #expect(throws: WitnessFault.otherState(path: path)) { try StateFile.read(path, signer: signer) }
        try folder.write(Array(WitnessState(since: 5).octets(by: signer).dropLast()), "state")
        #expect(throws: WitnessFault.damagedState(path: path)) { try StateFile.read(path, signer: signer) }
    }

    /// The same key with another name is another witness: the name is in the line, and not in what is signed.
    @Test func aKeyHasOneName() throws {
        let seed = SecretKey([UInt8](repeating: 3, count: 32))
        let state = WitnessState(since: 5).octets(by: try WitnessSigner(name: "one.example/w", seed: seed))
        #expect(throws: WitnessState.Damage.otherWitness("one.example/w")) {
            try WitnessState(octets: state, by: try WitnessSigner(name: "two.example/w", seed: seed))
        }
    }

    @Test func aStateIsReplacedAsAWhole() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/state"
        let signer = try Vectors.witness(0)
        try StateFile.create(path, signer: signer, since: 5)
        let file = try StateFile(path, signer: signer)
        let state = try fullState()
        try file.replace(with: state)
        #expect(try file.read() == state)
        #expect(throws: WitnessFault.stateInUse(path: path)) { try StateFile(path, signer: signer) }
        // What a cut left beside it is nothing.
        try folder.write([1, 2, 3], "state.new")
        #expect(try file.read() == state)
        try file.replace(with: WitnessState(since: 6))
        #expect(try file.read() == WitnessState(since: 6))
        mkdir("\(path).new", 0o700)
        #expect(throws: WitnessFault.self) { try file.replace(with: state) }
        #expect(try file.read() == WitnessState(since: 6), "what could not be written changed nothing")
    }

    @Test func aKeyAndItsMemoryAreMadeTogetherAndNeverOverOthers() throws {
        let folder = try TestFolder()
        let (key, state) = ("\(folder.path)/key", "\(folder.path)/state")
        let made = try WitnessSettings.makeKey(name: "committee.example/w1", at: key, state: state, since: 5)
        #expect(try WitnessSettings.key(key).key == made)
        #expect(try StateFile.read(state, signer: try WitnessSettings.key(key)) == WitnessState(since: 5))
        var status = stat()
        #expect(stat(key, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let octets = folder.octets("key")
        #expect(throws: WitnessFault.isThere(path: key)) {
            try WitnessSettings.makeKey(name: "committee.example/w2", at: key, state: "\(state)2", since: 5)
        }
        #expect(folder.octets("key") == octets && access("\(state)2", F_OK) != 0)
        #expect(throws: WitnessFault.isThere(path: state)) {
            try WitnessSettings.makeKey(name: "committee.example/w2", at: "\(key)2", state: state, since: 5)
        }
        #expect(access("\(key)2", F_OK) != 0, "a key without a memory is none")
        chmod(key, 0o644)
        #expect(throws: WitnessFault.openKey(path: key)) { try WitnessSettings.key(key) }
    }

    @Test(arguments: [
        "", "PRIVATE+KEY+a+00000000+AAAA", "PRIVATE+KEY+a+00000000", "PUBLIC", "PRIVATE+KEY+a b+00000000+BA==",
    ])
    func aKeyThatIsNoneSaysSo(text: String) throws {
        let folder = try TestFolder()
        try folder.write(Array(text.utf8), "key")
        chmod("\(folder.path)/key", 0o600)
        #expect(throws: WitnessFault.self) { try WitnessSettings.key("\(folder.path)/key") }
        #expect(throws: EvidenceFault.self) { try WitnessSigner(line: text) }
    }

    @Test func aKeyReadsBackFromItsLine() throws {
        let signer = try Vectors.witness(0)
        #expect(try WitnessSigner(line: signer.secretLine).key == signer.key)
        #expect(signer.key.description == Vectors.all.keys.witnesses[0].vkey)
        let note = try SignedNote(Array(Vectors.all.witness_exchange[0].request.dropFirst("old 0\n\n".count).utf8))
        var cosigned = note
        cosigned.signatures.append(try signer.cosign(note.text, at: 5))
        #expect(try cosigned.signers(among: [signer.key]) == [signer.key])
    }

    @Test func logsAreNamedOneALine() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/logs"
        let signer = try Vectors.witness(0)
        let log = try Vectors.log
        func logs(_ text: String) throws -> [NoteKey] {
            try folder.write(Array(text.utf8), "logs")
            return try WitnessSettings.logs(path, own: signer.key)
        }
        #expect(throws: WitnessFault.noLogs(path: path)) { try WitnessSettings.logs(path, own: signer.key) }
        #expect(try logs("# the gate\r\n\n \(log) \r\n") == [log])
        #expect(throws: WitnessFault.noLogs(path: path)) { try logs("# none\n") }
        #expect(throws: WitnessFault.logTwice(path: path, line: 2, name: log.name)) { try logs("\(log)\n\(log)\n") }
        #expect(throws: WitnessFault.noLogKey(path: path, line: 1)) { try logs("\(try Vectors.witness(1).key)\n") }
        #expect(throws: WitnessFault.self) { try logs("\(log)x\n") }
        let own = try NoteKey(name: "gate", kind: .log, publicKey: signer.key.publicKey)
        #expect(throws: WitnessFault.ownKey(path: path, line: 1)) { try logs("\(own)\n") }
    }

    @Test func itListensOnTheLoopbackAlone() throws {
        #expect(try ListenAddress("127.0.0.1:8380").port == 8380)
        #expect(throws: WitnessFault.notLoopback("0.0.0.0:80")) { try ListenAddress("0.0.0.0:80") }
        #expect(throws: WitnessFault.notLoopback("192.168.1.2:80")) { try ListenAddress("192.168.1.2:80") }
        for text in ["", ":", "127.0.0.1", "localhost:80", "127.0.0.1:70000", "127.0.0.1:80:80", "127.0.0:80"] {
            #expect(throws: WitnessFault.notAnAddress(text)) { try ListenAddress(text) }
        }
        for text in ["/p", "", "/a/b-c_d.e~f"] { #expect(try AddressPrefix(text).text == text) }
        for text in ["p", "/", "/p/", "/a//b", "/a b", "/a?b", "/\u{E9}"] {
            #expect(throws: WitnessFault.notAPrefix(text)) { try AddressPrefix(text) }
        }
    }
}
