import ArgumentParser
import GatehouseAdmin
import GatehouseCore

struct Reader: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: words("Readers, and the keys of those that are secured."),
        subcommands: [
            List.self, Show.self, Doctor.self, Trace.self, Formats.self, Text.self, Move.self, Search.self,
            SendFile.self,
            Install.self, Accept.self,
            RotateKey.self, Resume.self,
        ])
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("One reader: what is wrong with it, how it is heard, what it says of itself."),
            discussion: words("Example: gatehousectl reader show wicket-out"))
        @Argument(completion: .readers) var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try ask(ReaderShow(reader: argument("READER", reader)), common) { reply in
                for line in ReaderPage.lines(reply, common.language) { print(plain(line)) }
            }
        }
    }
    struct Text: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Show a text at an OSDP reader with a display."),
            discussion: words("Example: gatehousectl reader text lane-in \"GATE CLOSED\" --seconds 30"))
        @Argument(completion: .readers) var reader: String
        @Argument(help: told("Up to 32 ASCII characters.")) var text: String
        @Option(help: told("0 shows it until another text comes; 5 if left out.")) var seconds: String?
        @OptionGroup var common: Common
        func run() throws {
            let command = try ReaderText(
                reader: argument("READER", reader), text: argument("TEXT", text),
                seconds: argument("--seconds", seconds))
            try order(command, common, words("shown"))
        }
    }
    struct Search: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Look for OSDP readers at every address and speed of a bus. Needs --reason."),
            discussion: words(
                """
                The readers of that bus are out of service meanwhile, up to two minutes. Two readers of one address are named.
                Example: gatehousectl reader search lane-in --reason "nobody knows the address"
                """))
        @Argument(help: told("Any reader of the bus, whether it answers or not."), completion: .readers) var reader:
            String
        @OptionGroup var common: Common
        func run() throws {
            try ask(ReaderSearch(reader: argument("READER", reader)), common) { reply in
                if reply.found.isEmpty {
                    return print(words("No reader answers on this bus: check power, polarity and termination."))
                }
                var rows = [[words("ADDRESS"), words("BAUD"), words("CONFIGURED AS"), words("ANSWER")]]
                for one in reply.found {
                    let answer =
                        switch one.answer {
                        case "identity": words("vendor \(one.vendor ?? ""), serial \(one.serial ?? 0)")
                        case "doubled": words("more than one reader answers here: give one of them another address")
                        default: words("answers, and says nothing in clear")
                        }
                    rows.append(["\(one.address)", "\(one.baud)", one.reader ?? "-", answer])
                }
                print(table(rows))
            }
        }
    }
    struct Move: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Move an OSDP reader to another address or speed. Needs --reason."),
            discussion: words(
                """
                The reader is looked for at both places until it was heard. Then write the new place into the \
                configuration: it is where the next start looks.
                Example: gatehousectl reader move lane-in --baud 38400 --reason "longer bus"
                """))
        @Argument(completion: .readers) var reader: String
        @Option(help: told("0 to 126.")) var address: String?
        @Option var baud: String?
        @OptionGroup var common: Common
        func run() throws {
            let command = try ReaderMove(
                reader: argument("READER", reader), address: argument("--address", address),
                baud: argument("--baud", baud))
            try ask(command, common) { reply in
                print(
                    words(
                        "\(reader) is at address \(reply.address), \(reply.baud) baud. Now the configuration: address: \(reply.address), baud: \(reply.baud)"
                    )
                )
            }
        }
    }
    struct SendFile: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "send-file", abstract: words("Send an OSDP reader a file of its maker. Needs --reason."),
            discussion: words(
                """
                It takes as long as the bus takes; `gatehousectl log --kind reader` tells the end. Cards are served meanwhile \
                where the reader lets them.
                Example: gatehousectl reader send-file lane-in firmware.bin --type 128 --reason "maker's notice 12"
                """))
        @Argument(completion: .readers) var reader: String
        @Argument var file: String
        @Option(help: told("1 for any file, 128 to 255 as the maker says.")) var type: String?
        @OptionGroup var common: Common
        func run() throws {
            let client = try connect(common)
            try upload(file, common, client) { ReaderChunk(file: $0, data: $1) }
            let command = try ReaderSendFile(reader: argument("READER", reader), type: argument("--type", type))
            try ask(command, common, client: client) { _ in print(words("\(file) is on its way to \(reader)")) }
        }
    }
    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Give one reader its first key. Needs --reason."),
            discussion: words(
                """
                Put the reader into its own installation mode first. The window closes after 5 minutes or with the key in \
                the reader; `gatehousectl log --kind reader` tells. Whoever listens at the wire meanwhile has the key: \
                prefer a bench and a key file.
                Example: gatehousectl reader install lane-in --reason "new reader at the lane"
                """))
        @Argument(completion: .readers) var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                ReaderInstall(reader: argument("READER", reader)), common, words("the window for \(reader) is open"))
        }
    }
    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Take the new device under the name of a reader. Needs --reason."),
            discussion: words(
                """
                `readerSwapped` in health means that another device answers. Look at it before you accept it. Whoever accepts it \
                cannot open the window for its key: another person does.
                Example: gatehousectl reader accept lane-in --reason "the old one was broken, replaced today"
                """))
        @Argument(completion: .readers) var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try order(ReaderAccept(reader: argument("READER", reader)), common, words("\(reader) is accepted"))
        }
    }
    struct RotateKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate-key", abstract: words("Give a secured reader another key. Needs --reason."),
            discussion: words("Example: gatehousectl reader rotate-key lane-in --reason \"yearly change\""))
        @Argument(completion: .readers) var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                ReaderRotateKey(reader: argument("READER", reader)), common,
                words("\(reader) is being given another key"))
        }
    }
    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("End a reader's pause after wrong PINs or tried card numbers. Needs --reason."),
            discussion: words(
                """
                `reader list` shows until when a reader asks for more, or takes no PIN.
                Example: gatehousectl reader resume wicket-in --reason "looked: children, they are gone"
                """))
        @Argument(completion: .readers) var reader: String
        @OptionGroup var common: Common
        func run() throws {
            try order(
                ReaderResume(reader: argument("READER", reader)), common,
                words("\(reader) takes cards and PINs as usual"))
        }
    }
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: words("Readers and how they are heard."),
            discussion: words("Example: gatehousectl reader list"))
        @OptionGroup var common: Common
        func run() throws {
            try ask(ReaderList(), common) { print(readerTable($0)) }
        }
    }
}

/// Readers, one a row: how each is heard, and whether it is secured.
func readerTable(_ readers: [ReaderView]) -> String {
    var rows = [
        [
            words("READER"), words("PROTOCOL"), words("LINK"), words("SECURITY"), words("KEY"), words("TAMPER"),
            words("WAITS UNTIL"),
        ]
    ]
    for reader in readers {
        rows.append([
            reader.name, reader.protocolName, state(reader.link), state(reader.security), reader.key ?? "",
            reader.tamper ? words("yes") : words("no"),
            [reader.slowedUntil, reader.pinPausedUntil].compactMap { $0 }.max().map { String($0.prefix(19)) } ?? "",
        ])
    }
    return table(rows)
}
