import ArgumentParser
import GatehouseAdmin

struct Reader: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Readers, and the keys of those that are secured.",
        subcommands: [
            List.self, Show.self, Doctor.self, Trace.self, Formats.self, Text.self, Move.self, Search.self,
            SendFile.self,
            Install.self, Accept.self,
            RotateKey.self,
        ])
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One OSDP reader, with what it says of itself.")
        @Argument var reader: String
        @OptionGroup var common: Common
        func run() throws { try show("reader show", ["reader": .string(reader)], common) }
    }
    struct Text: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a text at an OSDP reader with a display.",
            discussion: "Example: gatehousectl reader text lane-in \"GATE CLOSED\" --seconds 30")
        @Argument var reader: String
        @Argument(help: "Up to 32 ASCII characters.") var text: String
        @Option(help: "0 shows it until another text comes.") var seconds = 5
        @OptionGroup var common: Common
        func run() throws {
            try order(
                "reader text",
                ["reader": .string(reader), "text": .string(text), "seconds": .integer(Int64(seconds))], common,
                "shown")
        }
    }
    struct Search: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Look for OSDP readers at every address and speed of a bus. Needs --reason.",
            discussion: """
                The readers of that bus are out of service meanwhile, up to two minutes. Two readers of one address are named.
                Example: gatehousectl reader search lane-in --reason "nobody knows the address"
                """)
        @Argument(help: "Any reader of the bus, whether it answers or not.") var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try ask("reader search", ["reader": .string(reader)], common) { value in
                if common.isJSON { return print(value.line) }
                let found = value["found"]?.array ?? []
                if found.isEmpty {
                    return print("No reader answers on this bus: check power, polarity and termination.")
                }
                var rows = [["ADDRESS", "BAUD", "CONFIGURED AS", "ANSWER"]]
                for one in found {
                    let answer =
                        switch one["answer"]?.string {
                        case "identity": "vendor \(one["vendor"]?.string ?? ""), serial \(one["serial"]?.integer ?? 0)"
                        case "doubled": "more than one reader answers here: give one of them another address"
                        default: "answers, and says nothing in clear"
                        }
                    rows.append([
                        "\(one["address"]?.integer ?? 0)", "\(one["baud"]?.integer ?? 0)",
                        one["reader"]?.string ?? "-", answer,
                    ])
                }
                print(table(rows))
            }
        }
    }
    struct Move: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move an OSDP reader to another address or speed. Needs --reason.",
            discussion: """
                The reader is looked for at both places until it was heard. Then write the new place into the \
                configuration: it is where the next start looks.
                Example: gatehousectl reader move lane-in --baud 38400 --reason "longer bus"
                """)
        @Argument var reader: String
        @Option(help: "0 to 126.") var address: Int?
        @Option var baud: Int?
        @OptionGroup var common: Common
        func run() throws {
            var arguments: [String: JSON] = ["reader": .string(reader)]
            if let address { arguments["address"] = .integer(Int64(address)) }
            if let baud { arguments["baud"] = .integer(Int64(baud)) }
            try ask("reader move", arguments, common) { value in
                if common.isJSON { return print(value.line) }
                let address = value["address"]?.integer ?? 0
                let baud = value["baud"]?.integer ?? 0
                print(
                    "\(reader) is at address \(address), \(baud) baud. Now the configuration: address: \(address), baud: \(baud)"
                )
            }
        }
    }
    struct SendFile: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "send-file", abstract: "Send an OSDP reader a file of its maker. Needs --reason.",
            discussion: """
                It takes as long as the bus takes; `gatehousectl log --kind reader` tells the end. Cards are served meanwhile \
                where the reader lets them.
                Example: gatehousectl reader send-file lane-in firmware.bin --type 128 --reason "maker's notice 12"
                """)
        @Argument var reader: String
        @Argument var file: String
        @Option(help: "1 for any file, 128 to 255 as the maker says.") var type = 1
        @OptionGroup var common: Common
        func run() throws {
            let client = try connect(common)
            try upload(file, as: "reader chunk", common, client)
            try ask(
                "reader send-file", ["reader": .string(reader), "type": .integer(Int64(type))], common, client: client
            ) { value in
                print(common.isJSON ? value.line : "\(file) is on its way to \(reader)")
            }
        }
    }
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
    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the new device under the name of a reader. Needs --reason.",
            discussion: """
                `readerSwapped` in health means that another device answers. Look at it before you accept it. Whoever accepts it \
                cannot open the window for its key: another person does.
                Example: gatehousectl reader accept lane-in --reason "the old one was broken, replaced today"
                """)
        @Argument var reader: String
        @OptionGroup var common: Common
        func run() throws { try order("reader accept", ["reader": .string(reader)], common, "\(reader) is accepted") }
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
