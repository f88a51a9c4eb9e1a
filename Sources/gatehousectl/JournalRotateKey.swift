internal import ArgumentParser
internal import CLinux
internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

extension JournalCommand {
    struct RotateKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate-key",
            abstract: words("Sign the journal with another key from here on. Stop gatehoused first. Needs --reason."),
            discussion: words(
                """
                The journal goes on in a new epoch, under another name and another key: give it to the witnesses and to whoever
                holds heads of it. What was signed before stays true by the key before. The entry names both.
                Example: gatehousectl journal rotate-key --key /etc/gatehouse/master-key --reason "yearly change"
                """))
        @Option(name: .shortAndLong, help: told("The configuration.")) var config = "/etc/gatehouse/gatehouse.yaml"
        @Option(help: told("File with the master key.")) var key: String
        @OptionGroup var common: Common

        private static let longestReason = 400

        func run() throws {
            guard let reason = common.reason, (1...Self.longestReason).contains(reason.count) else {
                complain(words("say why: --reason, at most \(Self.longestReason) characters"))
                throw Exit.usage
            }
            let configuration = try readConfiguration(config)
            let lock = try claim(configuration)
            defer { withExtendedLifetime(lock) {} }
            let keys = KeyRing(master: try readMasterKey(key))
            do {
                let done = try KeyRotation.carryOut(
                    database: configuration.files.database,
                    at: CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000),
                    actor: "uid \(getuid()) (rotate-key)", reason: reason, secrets: keys.storeSecrets
                ) { epoch in
                    let signer = try keys.logSigner(site: configuration.site.name, epoch: epoch)
                    return KeyRotation.Log(signer: signer.closures, key: "\(signer.key)")
                }
                print(words("epoch \(done.epoch) is signed with another key; its first entry is \(done.first)"))
                print(done.key)
            } catch let refusal as KeyRotation.Refusal {
                complain(refusal.sentence.text(in: Tongue.current))
                throw Exit.refused
            } catch {
                complain("\(error)")
                throw Exit.refused
            }
        }
    }
}
