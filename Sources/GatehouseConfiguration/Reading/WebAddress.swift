internal import GatehouseCore

/// A URL as far as a configuration needs to understand it. It never carries a name or password: those would end up in
/// logs and lists of processes.
package struct WebAddress: Hashable, Sendable, CustomStringConvertible {
    package var scheme: String
    /// A name or an address; IPv6 without its brackets.
    package var host: String
    package var port: UInt16?
    /// Path and query, beginning with `/`, or empty.
    package var target: String

    package var description: String {
        scheme + "://" + (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "") + target
    }
}

extension ScalarType where Value == WebAddress {
    package static func url(schemes: [String]) -> Self {
        ScalarType { text throws(ScalarProblem) in
            guard text.utf8.count <= 2048, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
                let separator = text.firstRange(of: "://")
            else {
                throw ScalarProblem(
                    Sentence("\(text.shown) is no URL"), suggestion: Sentence("write it as '\(schemes[0])://host/path'")
                )
            }
            let scheme = String(text[..<separator.lowerBound])
            guard schemes.contains(scheme) else {
                throw ScalarProblem(
                    Sentence("\(text.shown) must begin with \(Names.list(schemes.map { "\($0)://" }))"),
                    suggestion: Nearest.match(for: scheme, among: schemes).map { Sentence("did you mean '\($0)://'?") })
            }
            let rest = text[separator.upperBound...]
            let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            let target = rest[authority.endIndex...]
            guard !target.contains("#") else { throw ScalarProblem(Sentence("\(text.shown) has a fragment ('#')")) }
            guard !authority.contains("@") else {
                // not quoted: a password may stand there
                throw ScalarProblem(
                    Sentence("the URL carries a name or password"),
                    suggestion: Sentence("give the credentials by their own keys"))
            }
            let (host, port) = try split(authority, text)
            return WebAddress(scheme: scheme, host: host, port: port, target: String(target))
        }
    }

    private static func split(_ authority: Substring, _ text: String) throws(ScalarProblem) -> (String, UInt16?) {
        let host: Substring
        let after: Substring
        if authority.first == "[" {
            host = authority.dropFirst().prefix { $0 != "]" }
            guard host.endIndex < authority.endIndex else { throw ScalarProblem(Sentence("\(text.shown) has no ']'")) }
            after = authority[host.endIndex...].dropFirst()
        } else {
            host = authority.prefix { $0 != ":" }
            after = authority[host.endIndex...]
        }
        let allowed = host.utf8.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
            case 0x3A: authority.first == "["
            default: false
            }
        }
        guard !host.isEmpty, allowed else { throw ScalarProblem(Sentence("\(text.shown) has no valid host")) }
        if after.isEmpty { return (String(host), nil) }
        guard after.first == ":", Quantity.isNumber(after.dropFirst()), let port = UInt16(after.dropFirst()), port > 0
        else { throw ScalarProblem(Sentence("\(text.shown) has no valid port")) }
        return (String(host), port)
    }
}
