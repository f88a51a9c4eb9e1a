internal import Glibc

/// Where the configuration comes from: the file, and the copy of the last one that was in order. A gate whose file was
/// broken by a slip of the pen goes on with the copy and says so, for as long as it takes.
package struct ConfigurationSource: Sendable {
    package struct Loaded: Sendable {
        package var configuration: Configuration
        /// What is wrong with the file; empty when the configuration is the file's.
        package var faults: [String]
    }

    private let path: String
    private let copy: String?
    private let digest: @Sendable ([UInt8]) -> [UInt8]

    /// `digest` is SHA-256. The copy stands in the state folder that systemd gives the service; without one there is none.
    package init(
        path: String, stateFolder: String? = getenv("STATE_DIRECTORY").map { String(cString: $0) },
        digest: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) {
        self.path = path
        self.digest = digest
        copy = stateFolder.map { "\($0)/last-good.yaml" }
    }

    /// Reads the file, or the copy when the file is not in order. Throws what is wrong with the file when there is no
    /// copy either.
    package func load() throws(InvalidConfiguration) -> Loaded {
        do throws(InvalidConfiguration) {
            return Loaded(configuration: try fresh(), faults: [])
        } catch {
            guard let copy, let octets = FileOctets.read(copy),
                let configuration = try? ConfigurationReader.read(octets: octets, file: copy, digest: digest)
            else { throw error }
            return Loaded(configuration: configuration, faults: error.errors.map(\.description))
        }
    }

    /// The file alone. One that is in order takes the place of the copy.
    package func fresh() throws(InvalidConfiguration) -> Configuration {
        guard let octets = FileOctets.read(path) else {
            return try ConfigurationReader.read(path: path, digest: digest)
        }
        let configuration = try ConfigurationReader.read(octets: octets, file: path, digest: digest)
        if let copy, FileOctets.read(copy) != octets { FileOctets.replace(copy, with: octets) }
        return configuration
    }
}
