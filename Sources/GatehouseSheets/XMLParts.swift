internal import GatehouseCore
internal import CExpat

/// The elements of an XML document, in their order and without their name spaces. The only file that knows expat.
protocol XMLReceiver: AnyObject {
    func begin(_ element: XMLElement)
    func end(_ name: String)
    func text(_ octets: UnsafeBufferPointer<UInt8>)
    /// Set when nothing more has to be read.
    var refusal: SheetRefusal? { get set }
}

/// An element that begins. It lives as long as the call that brings it.
struct XMLElement {
    let name: String
    fileprivate let attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?

    /// An attribute by its name, whatever its name space is called.
    subscript(_ name: StaticString) -> String? {
        guard var next = attributes else { return nil }
        while let found = next[0] {
            if XMLParts.isNamed(found, name) { return next[1].map { String(cString: $0) } }
            next += 2
        }
        return nil
    }
}

enum XMLParts {
    /// Reads a document into a receiver. One that declares a type or entities is none of a workbook.
    static func read(_ octets: [UInt8], _ part: String, into receiver: some XMLReceiver) throws(SheetRefusal) {
        guard let parser = XML_ParserCreate("UTF-8") ?? XML_ParserCreate(nil) else {
            throw SheetRefusal(Sentence("there is no memory to read the workbook"))
        }
        defer { XML_ParserFree(parser) }
        let box = Box(receiver, parser)
        XML_SetUserData(parser, Unmanaged.passUnretained(box).toOpaque())
        XML_SetElementHandler(
            parser,
            { box, name, attributes in
                guard let name else { return }
                Box.of(box).begin(XMLElement(name: XMLParts.local(name), attributes: attributes))
            },
            { box, name in
                guard let name else { return }
                Box.of(box).receiver.end(XMLParts.local(name))
            })
        XML_SetCharacterDataHandler(parser) { box, text, count in
            guard let text, count > 0 else { return }
            text.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
                Box.of(box).receiver.text(UnsafeBufferPointer(start: $0, count: Int(count)))
            }
        }
        XML_SetStartDoctypeDeclHandler(parser) { box, _, _, _, _ in
            Box.of(box).stop(SheetRefusal(Sentence("the workbook declares a document type, which no spreadsheet does")))
        }
        var start = 0
        repeat {
            let end = min(octets.count, start + (1 << 20))
            let status = octets[start..<end].withUnsafeBytes {
                XML_Parse(
                    parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count),
                    end == octets.count ? 1 : 0)
            }
            if let refusal = box.receiver.refusal { throw refusal }
            guard status == XML_STATUS_OK else {
                throw SheetRefusal(
                    Sentence(
                        "the workbook is damaged: \(part), line \(XML_GetCurrentLineNumber(parser)); save it again"))
            }
            start = end
        } while start < octets.count
    }

    /// A class: expat keeps its address.
    private final class Box {
        let receiver: any XMLReceiver
        private let parser: XML_Parser
        private var depth = 0

        init(_ receiver: any XMLReceiver, _ parser: XML_Parser) {
            self.receiver = receiver
            self.parser = parser
        }

        static func of(_ pointer: UnsafeMutableRawPointer?) -> Box {
            guard let pointer else { preconditionFailure("expat lost whom it reads for") }
            return Unmanaged<Box>.fromOpaque(pointer).takeUnretainedValue()
        }

        func begin(_ element: XMLElement) {
            receiver.begin(element)
            if receiver.refusal != nil { XML_StopParser(parser, 0) }
        }

        func stop(_ refusal: SheetRefusal) {
            receiver.refusal = refusal
            XML_StopParser(parser, 0)
        }
    }

    /// The name behind the last colon.
    private static func local(_ name: UnsafePointer<CChar>) -> String {
        let whole = String(cString: name)
        guard let colon = whole.utf8.lastIndex(of: UInt8(ascii: ":")) else { return whole }
        return String(whole[whole.utf8.index(after: colon)...])
    }

    fileprivate static func isNamed(_ found: UnsafePointer<CChar>, _ name: StaticString) -> Bool {
        var start = found
        var next = found
        while next.pointee != 0 {
            if next.pointee == 58 { start = next + 1 }
            next += 1
        }
        guard next - start == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { wanted in
            wanted.indices.allSatisfy { UInt8(bitPattern: start[$0]) == wanted[$0] }
        }
    }
}
