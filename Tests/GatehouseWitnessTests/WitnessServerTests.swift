import GatehouseCore
import GatehouseCrypto
import GatehouseThreads
import GatehouseWitness
import Glibc
import Testing

/// The witness as those who ask it see it: over HTTP.
@Suite("Witness over HTTP") struct WitnessServerTests {
    /// The same requests in the same order as a foreign witness had them; `fresh:` goes to a second one that saw nothing.
    @Test func itAnswersAsAForeignWitnessDid() throws {
        let witnesses = try [0, 1].map { try TestWitness(logs: [Vectors.log], witness: $0) }
        let servers = try witnesses.map { try TestServer($0.keeper) }
        #expect(Vectors.all.witness_exchange.count == 21)
        for exchange in Vectors.all.witness_exchange {
            let index = exchange.name.hasPrefix("fresh:") ? 1 : 0
            let answer = servers[index].ask("POST", "/add-checkpoint", Array(exchange.request.utf8))
            #expect(answer.status == exchange.status, "\(exchange.name)")
            #expect(answer.head.contains("Content-Type: \(exchange.content_type)"), "\(exchange.name): \(answer.head)")
            guard answer.status == 200 else { continue }
            let request = try WitnessRequest(Array(exchange.request.utf8))
            let size = try Checkpoint(text: request.checkpoint.text).size
            let reply = WitnessReply(
                status: 200, body: Array(answer.body.utf8), to: request.checkpoint, size: size,
                witness: witnesses[index].signer.key)
            guard case .cosigned = reply else {
                Issue.record("\(exchange.name): \(answer.body)")
                continue
            }
        }
    }

    @Test func whoeverWatchesGetsTheNewestWithBothLines() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        let server = try TestServer(witness.keeper)
        let path = "/\(WitnessKeeper.digest(log.key.name))/checkpoint"
        #expect(server.ask("GET", path).status == 404)
        #expect(server.ask("POST", "/add-checkpoint", try log.request(0, 7)).status == 200)
        #expect(server.ask("POST", "/add-checkpoint", try log.request(7, 300)).status == 200)
        let answer = server.ask("GET", path)
        #expect(answer.status == 200)
        let note = try SignedNote(Array(answer.body.utf8))
        #expect(note.text == (try log.note(300)).text)
        #expect(try note.signers(among: [log.key, witness.signer.key]) == [log.key, witness.signer.key])
        #expect(server.ask("GET", "/\(WitnessKeeper.digest("other"))/checkpoint").status == 404)
        #expect(Vectors.all.monitor.path.contains(WitnessKeeper.digest(try Vectors.log.name)))
    }

    @Test func otherPathsAndMethodsAreRefused() throws {
        let log = try TestLog()
        let server = try TestServer(try TestWitness(logs: [log.key]).keeper, prefix: "/w1")
        let head = "/w1/\(WitnessKeeper.digest(log.key.name))/checkpoint"
        #expect(server.ask("POST", "/add-checkpoint", try log.request(0, 7)).status == 404, "without its prefix")
        #expect(server.ask("POST", "/w1/add-checkpoint", try log.request(0, 7)).status == 200)
        for path in [
            "/", "/w1", "/w1/", "/w1/checkpoint", "/w1//checkpoint", "/w1/add-checkpoint/", "/w1/../etc/passwd",
        ] {
            #expect(server.ask("GET", path).status == 404, "\(path)")
        }
        let get = server.ask("GET", "/w1/add-checkpoint")
        #expect(get.status == 405 && get.head.contains("Allow: POST"))
        let post = server.ask("PUT", head, [1])
        #expect(post.status == 405 && post.head.contains("Allow: GET, HEAD"))
        #expect(server.ask("HEAD", head).body.isEmpty)
    }

    @Test func aRequestThatIsTooLongIsReadToItsEndAndKeptNowhere() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        let server = try TestServer(witness.keeper)
        let long = [UInt8](repeating: 0x61, count: SignedNote.octetLimit + 1)
        #expect(server.ask("POST", "/add-checkpoint", long).status == 413)
        #expect(server.ask("POST", "/add-checkpoint", long.dropLast()).status == 400)
        #expect(server.ask("GET", "/" + String(repeating: "a", count: 70_000)).status >= 400, "a long name")
        #expect(server.ask("POST", "/add-checkpoint", try log.request(0, 7)).status == 200)
    }

    /// All places are taken by peers that say nothing, or half of something; their time is over after half a minute.
    @Test func slowPeersDoNotStopTheOthers() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        var limits = WitnessServer.Limits()
        limits.connections = 8
        let server = try TestServer(witness.keeper, limits: limits)
        let slow = (0..<7).map { _ in server.connected() }
        for descriptor in slow { server.send(descriptor, Array("POST /add-checkpoint HTTP/1.1\r\nContent-Le".utf8)) }
        #expect(server.ask("POST", "/add-checkpoint", try log.request(0, 7)).status == 200, "one place is left")
        let last = server.connected()
        server.clock.withLock { $0 = MonotonicTime.zero + .seconds(31) }
        // The end of each comes from the server: a read that returns.
        for descriptor in slow { #expect(TestServer.isEnded(descriptor)) }
        #expect(server.ask("POST", "/add-checkpoint", try log.request(7, 9)).status == 200)
        for descriptor in slow + [last] { close(descriptor) }
    }
}
