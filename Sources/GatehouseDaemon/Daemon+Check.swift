internal import GatehouseAdmin
package import GatehouseConfiguration
package import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore

extension Daemon {
    /// All that would keep the daemon from starting with a configuration, or from admitting anybody: nothing is changed.
    package static func check(_ configuration: Configuration) -> [Sentence] {
        let problems = StartCheck.problems(
            of: configuration, withUplink: false, masterKeyFault: MasterKeyFile.fault, policyFault: WitnessPolicy.fault)
        let key = FileOctets.read(CredentialFile.masterKey.path(of: configuration.files.masterKey))
            .flatMap { try? MasterKeyFile.key($0) }
        let obstacle = StoreOpener.obstacle(
            configuration.files.database, keyMark: key.map { KeyRing(master: $0).storeSecrets.keyMark })
        return problems.map(\.sentence) + [obstacle].compactMap(\.self)
    }
}
