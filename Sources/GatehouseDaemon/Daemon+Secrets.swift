internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

extension Daemon {
    /// The keys of the controller. When the key is missing or belongs to another database, the gate must not stand still:
    /// it then runs with keys of the moment and an empty registry, so that exit buttons, fire and the journal go on, and
    /// admits nobody. Where there is no database yet, nothing is guarded and the start fails.
    static func keys(for configuration: Configuration) throws -> (keys: KeyRing, problem: String?) {
        let path = configuration.files.database
        let ephemeral = KeyRing(master: SecretKey(Random.octets(32)))
        do {
            let keys = KeyRing(master: try masterKey(configuration.files.masterKey))
            guard let mark = StoreOpener.keyMark(path), mark != keys.storeSecrets.keyMark else {
                return (keys, nil)
            }
            return (ephemeral, "the master key is not the one that \(path) was made with; nobody is admitted")
        } catch let failure as StartFailure {
            guard access(path, F_OK) == 0 else { throw failure }
            return (ephemeral, "\(failure); nobody is admitted")
        }
    }

    /// The key that signs passes here, and those whose passes are taken beside it.
    static func passKeys(_ keys: KeyRing, _ configuration: Configuration) throws -> PassKeys {
        try PassKeys(
            seed: keys.passes, site: configuration.site.name,
            trusted: configuration.passKeys.map {
                PassIssuer(name: $0.issuer, publicKey: $0.publicKey, sharesRegister: $0.register == .same)
            })
    }

    /// From the credentials directory or an absolute path.
    static func masterKey(_ name: String) throws -> SecretKey {
        let path = CredentialFile.masterKey.path(of: name)
        guard let octets = FileOctets.read(path) else {
            throw StartFailure(
                "\(path): the master key cannot be read. Make one with `openssl rand 32` and hand it over as the credential \(name); see docs/operating.md"
            )
        }
        do throws(MasterKeyFile.Fault) { return try MasterKeyFile.key(octets) } catch {
            throw StartFailure("\(path): \(error)")
        }
    }

    /// Who cosigns the heads of the journal, or why nobody can. No gate waits for a policy.
    static func witnesses(_ configuration: Configuration) -> (WitnessPolicy?, Sentence?) {
        guard let settings = configuration.witnesses else { return (nil, nil) }
        do throws(WitnessPolicy.Fault) {
            return (try WitnessPolicy.read(settings.policyFile, by: FileOctets.read), nil)
        } catch { return (nil, error.sentence) }
    }

    static func zone(_ configuration: Configuration) throws -> SiteCalendar {
        switch StartCheck.calendar(of: configuration) {
        case .success(let calendar): return calendar
        case .failure(let problem): throw StartFailure("\(problem)")
        }
    }
}
