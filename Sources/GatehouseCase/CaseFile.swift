package import GatehouseCore
internal import GatehouseCrypto

/// What a file of a case is, by its name. A folder that holds anything else is no case.
package enum CaseFile: Hashable, Sendable {
    /// The page for people, and the same for programs.
    case page, document
    /// The signed head that the entries are proved under, and whose word counts.
    case checkpoint, policy
    /// The canonical octets of an entry, and its proof with what is opened beside it.
    case leaf(UInt64), proof(UInt64)
    /// The entry of the export itself, which names the key of the list.
    case exportLeaf(UInt64), exportProof(UInt64)
    /// The picture that an entry of the case has the digest of.
    case picture(UInt64)
    /// The list of all other files, its signature, and the key of that.
    case list, signature, key

    /// Entries of one case, with those of its pictures.
    package static let mostEntries = 256
    /// Octets of its pictures together.
    package static let mostPictures = 16 << 20
    /// Octets of a whole folder.
    package static let mostOctets = 96 << 20
    /// Two files an entry and one a picture, and the others.
    package static let mostFiles = 3 * mostEntries + 16

    package var name: String {
        switch self {
        case .page: "case.html"
        case .document: "case.json"
        case .checkpoint: "checkpoint.txt"
        case .policy: "policy.txt"
        case .leaf(let number): "entry-\(number).leaf"
        case .proof(let number): "entry-\(number).tlog-proof"
        case .exportLeaf(let number): "export-\(number).leaf"
        case .exportProof(let number): "export-\(number).tlog-proof"
        case .picture(let number): "picture-\(number).jpg"
        case .list: "manifest.txt"
        case .signature: "manifest.txt.sig"
        case .key: "manifest.txt.pem"
        }
    }

    /// Nil for a name that no file of a case has: nothing of the name leads to another folder.
    package init?(_ name: some StringProtocol) {
        let fixed: [CaseFile] = [.page, .document, .checkpoint, .policy, .list, .signature, .key]
        if let file = fixed.first(where: { $0.name == name }) {
            self = file
            return
        }
        guard name.utf8.count <= 64, let dash = name.firstIndex(of: "-"), let dot = name.firstIndex(of: "."),
            dash < dot, let number = UInt64(name[name.index(after: dash)..<dot])
        else { return nil }
        let numbered: [CaseFile] = [
            .leaf(number), .proof(number), .exportLeaf(number), .exportProof(number), .picture(number),
        ]
        // The name is made again: a number has one form.
        guard number <= UInt64(Int64.max), let file = numbered.first(where: { $0.name == name }) else { return nil }
        self = file
    }

    /// Octets that it may have.
    package var limit: Int {
        switch self {
        case .page: 48 << 20
        case .document: 8 << 20
        case .checkpoint: SignedNote.octetLimit
        case .policy: LogPolicy.octetLimit
        case .leaf, .exportLeaf: 1 << 19
        case .proof, .exportProof: LogProof.octetLimit
        case .picture: Self.mostPictures
        case .list: 256 << 10
        case .signature: 64
        case .key: 256
        }
    }
}

/// What is wrong with a case, and in which file.
package struct CaseFault: Error, Hashable, Sendable {
    package var file: String
    package var what: Sentence
    package init(_ file: String, _ what: Sentence) {
        self.file = file
        self.what = what
    }
    init(_ file: CaseFile, _ what: Sentence) { self.init(file.name, what) }

    package var sentence: Sentence { Sentence("\(file): \(what)") }
}

/// The list of the files of a case with their digests, in the form of `sha256sum`. Its signature is the site's.
package struct CaseList: Hashable, Sendable {
    package var digests: [String: [UInt8]]

    package init(of files: [String: [UInt8]]) { digests = files.mapValues { Hash.sha256($0) } }

    package var octets: [UInt8] {
        digests.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.flatMap {
            Array("\(Hexadecimal.encode($0.value))  \($0.key)\n".utf8)
        }
    }

    package init(_ octets: [UInt8]) throws(CaseFault) {
        digests = [:]
        guard octets.count <= CaseFile.list.limit, let text = String(validating: octets, as: UTF8.self) else {
            throw CaseFault(.list, Sentence("it is not a list of digests"))
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().enumerated() {
            let name = line.dropFirst(66)
            guard line.prefix(66).hasSuffix("  "), let digest = Hexadecimal.decode(line.prefix(64)),
                let file = CaseFile(name), !file.isOfTheList
            else { throw CaseFault(.list, Sentence("line \(index + 1) is not a digest and a file of a case")) }
            digests[String(name)] = digest
        }
        // One form: each name once, in order, digits in small letters, the last line with its end.
        guard self.octets == octets, digests.count <= CaseFile.mostFiles else {
            throw CaseFault(.list, Sentence("its lines are not in their one order"))
        }
    }
}

extension CaseFile {
    /// What the list cannot hold: itself, and what makes it believed.
    var isOfTheList: Bool { self == .list || self == .signature || self == .key }
}
