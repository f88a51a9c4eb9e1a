/// Files beside fields, as a form sends them (RFC 7578).
struct Multipart {
    struct File: Sendable, Hashable {
        var name: String
        var octets: [UInt8]
    }
    static let mostParts = 32

    var fields = Fields()
    var files: [File] = []

    /// Nil for what is no such form, or has a part that is none.
    init?(type: String?, _ body: [UInt8]) {
        guard let type, type.lowercased().hasPrefix("multipart/form-data"), let boundary = Self.boundary(type) else {
            return nil
        }
        let mark = Array("--\(boundary)".utf8)
        var places: [Int] = []
        var from = 0
        while let place = Self.find(mark, in: body, from: from) {
            places.append(place)
            from = place + mark.count
            guard places.count <= Self.mostParts + 1 else { return nil }
        }
        guard places.count >= 2 else { return nil }
        for (start, end) in zip(places, places.dropFirst()) {
            guard take(body[(start + mark.count)..<end]) else { return nil }
        }
    }

    private static func boundary(_ type: String) -> String? {
        guard let range = type.firstRange(of: "boundary=") else { return nil }
        let text = type[range.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" && $0 != " " }
        return (1...70).contains(text.utf8.count) ? String(text) : nil
    }

    private static func find(_ wanted: [UInt8], in octets: [UInt8], from: Int) -> Int? {
        guard let first = wanted.first else { return nil }
        var place = from
        while let found = octets[place...].firstIndex(of: first), found + wanted.count <= octets.count {
            if octets[found..<found + wanted.count].elementsEqual(wanted) { return found }
            place = found + 1
        }
        return nil
    }

    /// A part: its headers, an empty line, what it holds, a line's end.
    private mutating func take(_ part: ArraySlice<UInt8>) -> Bool {
        guard part.starts(with: [13, 10]), part.suffix(2).elementsEqual([13, 10]), part.count >= 4 else { return false }
        let inner = Array(part.dropFirst(2).dropLast(2))
        guard let gap = Self.find([13, 10, 13, 10], in: inner, from: 0), gap <= 4096,
            let head = String(validating: inner[..<gap], as: UTF8.self)
        else { return false }
        let content = Array(inner[(gap + 4)...])
        let line = head.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("content-disposition:") }
        guard let line, let name = Self.parameter("name", of: line) else { return false }
        if let file = Self.parameter("filename", of: line) {
            // A field for files that is left empty comes as a file without a name.
            if !file.isEmpty { files.append(File(name: file, octets: content)) }
            return true
        }
        guard let text = String(validating: content, as: UTF8.self), fields.all.count < Fields.limit else {
            return false
        }
        fields.all.append(Fields.Field(name: name, value: text))
        return true
    }

    /// A value between quotation marks, as browsers write it: a mark in it is `%22`.
    private static func parameter(_ name: String, of line: Substring) -> String? {
        guard let range = line.firstRange(of: "; \(name)=\"") else { return nil }
        let value = line[range.upperBound...]
        guard let end = value.firstIndex(of: "\"") else { return nil }
        return String(value[..<end]).replacing("%22", with: "\"")
    }
}
