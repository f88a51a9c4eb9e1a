internal import CLinux
package import GatehouseCrypto
internal import Glibc

/// The file that a witness remembers with. One program writes it; it is replaced as a whole, and what `replace` took is on the disk.
package final class StateFile: Sendable {
    package let path: String
    private let signer: WitnessSigner
    /// The lock ends with its holder, however that ends.
    private let lock: Int32

    /// Takes the file for this program alone. What stands in it is never begun anew here.
    package init(_ path: String, signer: WitnessSigner) throws(WitnessFault) {
        (self.path, self.signer) = (path, signer)
        lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw SmallFile.failure("open", path + ".lock") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw .stateInUse(path: path)
        }
        SmallFile.giveToOwnerOfFolder(lock, path)
    }

    deinit { close(lock) }

    package static func read(_ path: String, signer: WitnessSigner) throws(WitnessFault) -> WitnessState {
        guard let octets = try SmallFile.read(path, atMost: WitnessState.octetLimit) else {
            throw .noState(path: path)
        }
        do throws(WitnessState.Damage) { return try WitnessState(octets: octets, by: signer) } catch {
            switch error {
            case .otherForm: throw .otherState(path: path)
            case .otherWitness(let name): throw .stateOfOther(path: path, name: name)
            case .damaged: throw .damagedState(path: path)
            }
        }
    }

    /// The memory of a new key: empty, and never over another one.
    package static func create(_ path: String, signer: WitnessSigner, since: WitnessState.Seconds) throws(WitnessFault)
    {
        try SmallFile.create(path, WitnessState(since: since).octets(by: signer))
    }

    package func read() throws(WitnessFault) -> WitnessState { try Self.read(path, signer: signer) }

    package func replace(with state: WitnessState) throws(WitnessFault) {
        let octets = state.octets(by: signer)
        guard octets.count <= WitnessState.octetLimit else { throw .tooLarge(path: path) }
        try SmallFile.replace(path, octets)
    }
}
