import ArgumentParser
import GatehouseCore
import GatehouseCrypto
import GatehouseWitness

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with the key, the logs, the memory and the address, and start nothing.")

    @OptionGroup var service: Service
    @OptionGroup var files: Files

    func run() throws {
        let found = service.with(files).check()
        for fault in found.faults { complain(fault.sentence) }
        guard found.faults.isEmpty, let key = found.key else { throw ExitCode(1) }
        print(words("in order: \(found.logs.count, "log is", "logs are") watched"))
        for log in found.logs { print("  \(log.name)") }
        print(words("the key, for the policies of those who check: \(key.description)"))
    }
}
