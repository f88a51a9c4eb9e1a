import ArgumentParser
import GatehouseCore
import GatehouseWitness

struct Clock: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The clock of this machine.", subcommands: [Accept.self])

    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Sign again after a clock that ran ahead was put right. What was seen stays; the service is stopped before."
        )

        @OptionGroup var files: Files

        func run() throws {
            do throws(WitnessFault) {
                let count = try WitnessService.acceptClock(key: files.key, state: files.state)
                print(
                    words("the clock is taken as it stands; \(count, "log was", "logs were") signed for a time to come")
                )
            } catch {
                complain(error.sentence)
                throw ExitCode(1)
            }
        }
    }
}
