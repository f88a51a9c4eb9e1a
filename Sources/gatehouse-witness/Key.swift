import ArgumentParser
import GatehouseCore
import GatehouseCrypto
import GatehouseWitness

struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The key of this witness.", subcommands: [Make.self])

    struct Make: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key, and the empty memory that belongs to it. Neither is ever written over another one.")

        @Option(help: "Who witnesses: a name that nobody else has, as committee.example/w1.")
        var name: String

        @Option(help: "The file of the key.")
        var file = "/etc/gatehouse-witness/key"

        @Option(help: "The file of what is remembered.")
        var state = "/var/lib/gatehouse-witness/state"

        @Option(help: "The language of what is said: en or zh.")
        var lang: String?

        func run() throws {
            do throws(WitnessFault) {
                let key = try WitnessSettings.makeKey(
                    name: name, at: file, state: state, since: WitnessService.civilSeconds())
                print(key)
            } catch {
                complain(error.sentence)
                throw ExitCode(1)
            }
        }
    }
}
