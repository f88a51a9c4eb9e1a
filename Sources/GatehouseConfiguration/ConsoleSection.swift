internal import GatehouseCore

/// `console`: whose processes may ask for the people who signed in at the page.
enum ConsoleSection {
    static func read(_ top: MappingReader, _ configuration: inout Configuration) {
        top.group("console") { group in
            configuration.consoleAccount = group.optional(
                "account", .account, default: configuration.consoleAccount)
        }
    }
}

extension ScalarType<String> {
    /// The name of an account of the machine, as useradd(8) takes it.
    static var account: Self {
        ScalarType { text throws(ScalarProblem) in
            let isName = text.utf8.enumerated().allSatisfy { index, octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): index > 0
                default: false
                }
            }
            guard isName, (1...32).contains(text.utf8.count) else {
                throw ScalarProblem(
                    Sentence(
                        "\(text.shown) is no account; its name has lower-case letters, digits, '_' and '-', at most 32")
                )
            }
            return text
        }
    }
}
