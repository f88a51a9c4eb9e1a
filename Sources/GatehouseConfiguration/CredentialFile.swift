internal import Glibc

/// Secrets that a configuration names, each in a file of its own: where the service manager hands them over, or where the
/// units take them from.
package enum CredentialFile {
    case masterKey
    case readerKey
    case secret

    /// Where the file of that name lies. An absolute path is taken as it stands.
    package func path(of name: String) -> String {
        if name.hasPrefix("/") { return name }
        let places =
            getenv("CREDENTIALS_DIRECTORY").map {
                ["\(String(cString: $0))/\(name)", "\(String(cString: $0))/\(prefix)\(name)"]
            }
            ?? folders.map { "\($0)/\(name)" }
        return places.first { access($0, R_OK) == 0 } ?? places[0]
    }

    /// As systemd names the files of a folder that it hands over.
    private var prefix: String {
        switch self {
        case .masterKey: ""
        case .readerKey: "readers_"
        case .secret: "secrets_"
        }
    }

    private var folders: [String] {
        switch self {
        case .masterKey: ["/etc/gatehouse/credentials"]
        case .readerKey: ["/etc/gatehouse/reader-keys"]
        case .secret: ["/etc/gatehouse/uplink-secrets", "/etc/gatehouse/credentials"]
        }
    }
}
