package import GatehouseCrypto

/// What keeps a witness from starting, or its files from being read.
package enum WitnessFault: Error, Hashable, Sendable {
    /// A call of the system failed, with its own words.
    case system(attempt: String, path: String, reason: String)
    case isThere(path: String)
    case tooLarge(path: String)
    case noKey(path: String)
    case badKey(path: String, EvidenceFault)
    /// Others than its owner may read the key.
    case openKey(path: String)
    case badLog(path: String, line: Int, EvidenceFault)
    /// The key of a witness in the place of that of a log.
    case noLogKey(path: String, line: Int)
    case logTwice(path: String, line: Int, name: String)
    case ownKey(path: String, line: Int)
    case noLogs(path: String)
    case noState(path: String)
    case otherState(path: String)
    case stateOfOther(path: String, name: String)
    case damagedState(path: String)
    case stateInUse(path: String)
    case notAnAddress(String)
    case notLoopback(String)
    case notAPrefix(String)
    case noServer(address: String, reason: String)
}
