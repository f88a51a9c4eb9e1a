import ArgumentParser
import GatehouseAdmin

struct Reader: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Readers, and the keys of those that are secured.",
        subcommands: [List.self, Install.self, RotateKey.self])
    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give one reader its first key. Needs --reason.",
            discussion: """
                Put the reader into its own installation mode first. The window closes after 5 minutes or with the key in \
                the reader; `gatehousectl log --kind reader` tells. Whoever listens at the wire meanwhile has the key: \
                prefer a bench and a key file.
                Example: gatehousectl reader install lane-in --reason "new reader at the lane"
                """)
        @Argument var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try order("reader install", ["reader": .string(reader)], common, "the window for \(reader) is open")
        }
    }
    struct RotateKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate-key", abstract: "Give a secured reader another key. Needs --reason.",
            discussion: "Example: gatehousectl reader rotate-key lane-in --reason \"yearly change\"")
        @Argument var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                "reader rotate-key", ["reader": .string(reader)], common, "\(reader) is being given another key")
        }
    }
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Readers and how they are heard.")
        @OptionGroup var common: Common
        func run() throws {
            try ask("reader list", [:], common) { value in
                if common.isJSON { return print(value.line) }
                print(readerTable(value))
            }
        }
    }
}

/// Readers, one a row: how each is heard, and whether it is secured.
func readerTable(_ readers: JSON?) -> String {
    var rows = [["READER", "PROTOCOL", "LINK", "SECURITY", "KEY", "TAMPER"]]
    for reader in readers?.array ?? [] {
        rows.append(
            ["name", "protocol", "link", "security", "key"].map { reader[$0]?.string ?? "" } + [
                reader["tamper"]?.boolean == true ? "yes" : "no"
            ])
    }
    return table(rows)
}
