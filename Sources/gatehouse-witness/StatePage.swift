import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseWitness
import Glibc

/// What a witness remembers, for the members of a committee and for their programs.
struct StatePage {
    let state: WitnessState
    let signer: WitnessSigner

    private var logs: [(origin: String, log: WitnessState.Log)] {
        state.logs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Whether something stands that was not shown to go on from what was cosigned.
    var isRefusing: Bool { state.logs.values.contains { !$0.histories.isEmpty } }

    // MARK: Words

    var lines: [String] {
        var lines = [words("witness \(signer.key.name), since \(time(state.since))")]
        if logs.isEmpty { lines.append(words("nothing was cosigned yet")) }
        for (origin, log) in logs {
            lines += ["", origin]
            if let head = log.head {
                lines.append(
                    "  "
                        + words(
                            "\(head.checkpoint.size, "entry", "entries"), cosigned last at \(time(head.cosigned))"))
            } else {
                lines.append("  " + words("nothing of it was cosigned yet"))
            }
            for histories in log.histories { lines += text(of: histories) }
            lines += log.refusals.map { "  " + text(of: $0) }
        }
        if !state.strangers.isEmpty {
            lines += ["", words("Of others, or not to be read:")]
            lines += state.strangers.map { "  \($0.origin.isEmpty ? "-" : plain($0.origin))  \(text(of: $0))" }
        }
        return lines
    }

    private func text(of histories: WitnessState.Histories) -> [String] {
        let sentence =
            histories.areProof
            ? Sentence(
                "TWO HISTORIES: this log signed two different journals of the same length. One of them was cosigned here, the other was refused. Whoever reads the two checkpoints below can check it."
            )
            : Sentence(
                "NOT SHOWN TO BE ONE JOURNAL: this log signed a checkpoint, and whoever sent it did not prove that it goes on from what was cosigned here. It was refused. Whoever has the journal can tell by the two checkpoints below."
            )
        let times = words(
            "\(histories.count, "time", "times"), from \(time(histories.first)) to \(time(histories.last))")
        var lines = Columns.wrap(sentence.text(in: language), first: 100, others: 100).map { "  \($0)" }
        lines.append("  \(times)")
        for (name, note) in [(words("Cosigned here:"), histories.seen), (words("Refused:"), histories.offered)] {
            lines.append("  \(name)")
            let text = String(decoding: note.octets, as: UTF8.self)
            lines += text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { "    \($0)" }
        }
        return lines
    }

    private func text(of refusal: WitnessState.Refusal) -> String {
        let what =
            refusal.size.map { Sentence("refused with \($0, "entry", "entries"): \(reason(refusal.why))") }
            ?? Sentence("refused: \(reason(refusal.why))")
        return words("\(time(refusal.last)) \(what) (\(refusal.count, "time", "times"))")
    }

    private func reason(_ why: WitnessState.Why) -> Sentence {
        switch why {
        case .malformed: Sentence("the request cannot be read")
        case .unknownLog: Sentence("no line of the logs names it")
        case .notSigned: Sentence("the key of the log did not sign it")
        case .goesBack: Sentence("its old size is above its new one")
        case .behind: Sentence("it has fewer entries than were cosigned")
        case .noExtension: Sentence("it does not show that it goes on from what was cosigned")
        case .otherRoot: Sentence("it has as many entries as were cosigned, and other ones")
        }
    }

    /// Names of strangers come from strangers.
    private func plain(_ text: String) -> String {
        String(
            text.unicodeScalars.map {
                [.control, .format].contains($0.properties.generalCategory) ? "·" : Character($0)
            })
    }

    private func time(_ seconds: UInt64) -> String {
        var (seconds, parts) = (time_t(clamping: seconds), tm())
        gmtime_r(&seconds, &parts)
        var octets = [CChar](repeating: 0, count: 40)
        let count = strftime(&octets, octets.count, "%Y-%m-%d %H:%M:%S UTC", &parts)
        return String(decoding: octets.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: JSON

    var object: JSON {
        [
            "form": "witness show", "v": 1, "key": .string(signer.key.description), "since": number(state.since),
            "refuses_an_extension": .boolean(isRefusing), "logs": .array(logs.map { object(of: $0.log, $0.origin) }),
            "others": .array(state.strangers.map(object(of:))),
        ]
    }

    private func object(of log: WitnessState.Log, _ origin: String) -> JSON {
        var members: [String: JSON] = [
            "origin": .string(origin), "refusals": .array(log.refusals.map(object(of:))),
            "histories": .array(log.histories.map(object(of:))),
        ]
        if let head = log.head {
            members["size"] = number(head.checkpoint.size)
            members["root"] = .string(Base64.encode(head.checkpoint.root))
            members["cosigned"] = number(head.cosigned)
            var note = head.note
            if let line = try? signer.cosign(note.text, at: head.cosigned) { note.signatures.append(line) }
            members["note"] = text(note)
        }
        return .object(members)
    }

    private func object(of histories: WitnessState.Histories) -> JSON {
        [
            "seen": text(histories.seen), "offered": text(histories.offered), "first": number(histories.first),
            "last": number(histories.last), "times": number(histories.count), "proof": .boolean(histories.areProof),
        ]
    }

    private func object(of refusal: WitnessState.Refusal) -> JSON {
        var members: [String: JSON] = [
            "why": .string(refusal.why.rawValue), "origin": .string(refusal.origin), "first": number(refusal.first),
            "last": number(refusal.last), "times": number(refusal.count),
        ]
        if let size = refusal.size { members["size"] = number(size) }
        return .object(members)
    }

    private func number(_ number: UInt64) -> JSON { .integer(Int64(clamping: number)) }
    private func text(_ note: SignedNote) -> JSON { .string(String(decoding: note.octets, as: UTF8.self)) }
}
