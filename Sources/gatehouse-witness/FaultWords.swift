import GatehouseAdmin
import GatehouseCore
import GatehouseWitness

/// What is wrong, where, and what to do.
extension WitnessFault {
    var sentence: Sentence {
        switch self {
        case .system(let attempt, let path, let reason): Sentence(verbatim: "\(attempt) \(path): \(reason)")
        case .isThere(let path): Sentence("\(path) is there already; nothing was written over it")
        case .tooLarge(let path): Sentence("\(path) is larger than such a file may be")
        case .noKey(let path): Sentence("\(path): there is no key; gatehouse-witness key make --name NAME makes one")
        case .badKey(let path, let fault): Sentence("\(path): \(fault.sentence)")
        case .openKey(let path): Sentence("\(path): others can read the key; chmod 600 \(path)")
        case .badLog(let path, let line, let fault):
            Sentence(
                "\(path), line \(line): \(fault.sentence); a line is what gatehousectl journal checkpoint gives as key")
        case .noLogKey(let path, let line): Sentence("\(path), line \(line): not the key of a log")
        case .logTwice(let path, let line, let name): Sentence("\(path), line \(line): \(name) has a line already")
        case .ownKey(let path, let line): Sentence("\(path), line \(line): this is the key of the witness itself")
        case .noLogs(let path):
            Sentence(
                "\(path): it names no log, or more than \(WitnessSettings.mostLogs); write one key of a log a line")
        case .notAnAddress(let text): Sentence("--listen \(text): an address is written as 127.0.0.1:8380")
        case .notLoopback(let text):
            Sentence("--listen \(text): it listens on the loopback alone; a web server with TLS stands in front")
        case .notAPrefix(let text): Sentence("--prefix \(text): a prefix is written as /p, or left out")
        case .noServer(let address, let reason): Sentence("nothing can listen at \(address): \(reason)")
        case .noState, .otherState, .stateOfOther, .damagedState, .stateInUse: state
        }
    }

    /// What stops a witness that would forget.
    private var state: Sentence {
        switch self {
        case .noState(let path):
            Sentence(
                "\(path): there is no memory for this key. A witness that has forgotten what it signed may sign a second history, so it does not start. If it was moved, bring the newest one; if it is lost, make a new key with another name (docs/witness.md)"
            )
        case .otherState(let path): Sentence("\(path) is no memory of gatehouse-witness; --state names another file")
        case .stateOfOther(let path, let name):
            Sentence("\(path) is the memory of another key, \(name); --key and --state belong together")
        case .damagedState(let path):
            Sentence(
                "\(path) is damaged: cut off, or changed by somebody else than this witness. It does not start with it. Keep the file, and make a new key with another name (docs/witness.md)"
            )
        case .stateInUse(let path): Sentence("\(path) is in use: another gatehouse-witness runs with it")
        default: Sentence(verbatim: "\(self)")
        }
    }
}
