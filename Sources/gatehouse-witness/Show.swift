import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseWitness

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "What was cosigned and what was refused. Ends with 1 where a log did not show that it only grew, with 2 where the files cannot be read."
    )

    @OptionGroup var files: Files

    @Flag(help: "One JSON object.")
    var json = false

    func run() throws {
        let page: StatePage
        do throws(WitnessFault) {
            let signer = try WitnessSettings.key(files.key)
            page = StatePage(state: try StateFile.read(files.state, signer: signer), signer: signer)
        } catch {
            complain(error.sentence)
            throw ExitCode(2)
        }
        print(json ? page.object.line : page.lines.joined(separator: "\n"))
        if page.isRefusing { throw ExitCode(1) }
    }
}
