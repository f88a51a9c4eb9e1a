/// What a browser asks, read once: the page knows nothing of the server below it.
package struct Incoming: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
    }

    /// Who is waited for until there is an answer: what asks nobody does not wait behind what does.
    enum Lane { case nobody, passwords, gate }

    var lane: Lane {
        switch path.first {
        case "assets", "healthz": .nobody
        case "sign-in": method == .post ? .passwords : .nobody
        default: .gate
        }
    }

    package var method: Method
    /// Decoded parts of the path: `/log/17` is `["log", "17"]`.
    package var path: [String]
    package var query = Fields()
    package var form = Fields()
    /// Files that came beside the fields of a form.
    var files: [Multipart.File] = []
    /// What was sent, where it is no form.
    package var body: [UInt8] = []
    package var cookies: [String: String] = [:]
    /// Where it came from, as the server in front says: bounds are by it.
    package var address = ""
    /// `Accept-Language`, as the browser has it.
    package var languages: String?
    /// Whether it began on a page of ours: `Sec-Fetch-Site`, or `Origin` beside `Host`.
    package var isFromHere = false
    /// `Last-Event-ID` of a stream that goes on.
    package var lastEvent: UInt64?

    package init(_ method: Method, _ path: [String]) {
        self.method = method
        self.path = path
    }
}

/// Names and values as an address or a form gives them (URL Standard, 5.1), in their order.
package struct Fields: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String
    }
    /// More than any page of ours asks for.
    package static let limit = 64

    package var all: [Field] = []

    package init(_ all: [Field] = []) { self.all = all }

    /// Nil where there are more than `limit`, or what is percent-encoded is no UTF-8.
    package init?(encoded text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "&"), maxSplits: Self.limit)
        guard parts.count <= Self.limit else { return nil }
        for part in parts {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(octets: sides[0]),
                let value = Self.decoded(octets: sides.dropFirst().joined())
            else { return nil }
            all.append(Field(name: name, value: value))
        }
    }

    /// The first of that name, without blanks around it; nil where there is none, or nothing in it.
    package subscript(name: String) -> String? {
        guard let value = all.first(where: { $0.name == name })?.value else { return nil }
        let trimmed = String(value.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        return trimmed.isEmpty ? nil : trimmed
    }

    package func number(_ name: String) -> UInt64? { self[name].flatMap { UInt64($0) } }

    /// All of that name: several marks of one kind.
    package func values(_ name: String) -> [String] { all.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

    /// As an address has them.
    package var encoded: String {
        all.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    package func with(_ name: String, _ value: String?) -> Fields {
        Fields(all.filter { $0.name != name } + (value.map { [Field(name: name, value: $0)] } ?? []))
    }

    static func encoded(_ text: String) -> String {
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    /// Percent-encoded text, in which a plus is a blank.
    static func decoded(_ text: some StringProtocol) -> String? { decoded(octets: text.utf8) }

    private static func decoded(octets: some Sequence<UInt8>) -> String? {
        var result: [UInt8] = []
        var rest = Array(octets)[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "+"): result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else {
                    return nil
                }
                result.append(value)
                rest = rest.dropFirst(2)
            default: result.append(octet)
            }
        }
        return String(validating: result, as: UTF8.self)
    }
}

/// What is answered.
package struct Outgoing: Sendable {
    package enum Body: Sendable {
        case octets([UInt8])
        /// Events as they come, until either side ends.
        case stream(EventStream)
    }
    package var status = 200
    package var headers: [(name: String, value: String)] = []
    package var body: Body

    package init(_ status: Int = 200, _ type: String, _ octets: [UInt8]) {
        self.status = status
        headers = [("Content-Type", type)]
        body = .octets(octets)
    }

    package init(_ stream: EventStream) {
        headers = [("Content-Type", "text/event-stream; charset=utf-8"), ("X-Accel-Buffering", "no")]
        body = .stream(stream)
    }

    static func page(_ html: HTML, status: Int = 200) -> Outgoing {
        Outgoing(status, "text/html; charset=utf-8", Array(html.markup.utf8))
    }

    static func text(_ text: String, status: Int = 200) -> Outgoing {
        Outgoing(status, "text/plain; charset=utf-8", Array(text.utf8))
    }

    /// After a form: the browser asks for another page, and asking again repeats nothing.
    static func redirect(_ location: String) -> Outgoing {
        var outgoing = text("", status: 303)
        outgoing.headers.append(("Location", location))
        return outgoing
    }
}
