import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

/// Where a PIN comes from: it stands in no process list and is shown on no terminal.
enum PINInput {
    /// The digits of a file, or with `-` of the input. A terminal asks twice, and does not show what is typed.
    static func read(_ source: String) throws -> String {
        if source != "-" { return text(try readFile(source)) }
        if isatty(0) == 0 { return text(try readInput()) }
        let first = try ask(words("PIN: "))
        guard try ask(words("once more: ")) == first else {
            complain(words("the two PINs differ; nothing was changed"))
            throw Exit.usage
        }
        return first
    }

    private static func text(_ octets: [UInt8]) -> String { String(decoding: octets.filter { $0 > 32 }, as: UTF8.self) }

    private static func ask(_ question: String) throws -> String {
        guard let answer = askUnseen(question) else {
            complain(words("the terminal cannot be asked without showing the PIN; use --pin-from FILE"))
            throw Exit.usage
        }
        return answer
    }

    /// What somebody types at the terminal, which does not show it; nil where there is none.
    static func askUnseen(_ words: String) -> String? {
        var shown = termios()
        guard tcgetattr(0, &shown) == 0 else { return nil }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        _ = tcsetattr(0, TCSAFLUSH, &hidden)
        defer {
            _ = tcsetattr(0, TCSAFLUSH, &shown)
            complain("")
        }
        _ = write(2, words, words.utf8.count)
        return readLine() ?? ""
    }
}
