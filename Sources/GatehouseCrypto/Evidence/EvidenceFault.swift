/// What is wrong with something that should prove a journal, and where. Whoever reads evidence of others says it to people by its parts.
package struct EvidenceFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was read.
    package enum Part: String, CaseIterable, Sendable {
        case key, note, checkpoint, proof, policy, tile, bundle, request
    }

    package enum Problem: String, CaseIterable, Sendable {
        case tooLong = "too long"
        case notUTF8 = "not UTF-8"
        case controlCharacter = "a control character"
        case noEmptyLine = "no empty line before the signatures"
        case noLastLineEnd = "its last line has no end"
        case noSignature = "no signature"
        case tooManySignatures = "too many signatures"
        case notASignatureLine = "not a signature line"
        case notAName = "not the name of a key"
        case notBase64 = "not base64 in its one form"
        case wrongLength = "a wrong length"
        case notAKey = "not a key"
        case unknownKind = "a kind of key that is not known here"
        case wrongKeyID = "the number of the key does not fit it"
        case unknownKey = "no signature of a key that is asked for"
        case badSignature = "a signature does not fit"
        case wrongLineCount = "not three lines"
        case noOrigin = "no origin"
        case otherOrigin = "the origin of another log"
        case notANumber = "not a number in its one form"
        case wrongHeader = "not a proof of version 1"
        case noIndex = "no index"
        case pathTooLong = "more hashes than a path has"
        case indexBeyondSize = "the index is not below the size"
        case wrongPath = "the hashes do not lead to the root"
        case badOctet = "an octet that may not stand here"
        case notAPolicyLine = "not a line of a policy"
        case nameTwice = "a name twice"
        case keyTwice = "a public key twice"
        case memberTwice = "a member twice"
        case unknownMember = "a name that is not defined before"
        case wrongThreshold = "a threshold that its members cannot meet"
        case quorumTwice = "a second quorum"
        case noQuorum = "no quorum"
        case quorumNotMet = "the quorum is not met"
        case notAPath = "not the path of a tile"
        case cutShort = "cut short"
        case wrongCount = "another count than its name says"
    }

    package let part: Part
    /// From 1; nil where the whole is meant.
    package let line: Int?
    package let problem: Problem

    init(_ part: Part, _ problem: Problem, line: Int? = nil) {
        self.part = part
        self.problem = problem
        self.line = line
    }

    /// The same within a file in which `lines` stand before.
    func after(lines: Int) -> EvidenceFault { EvidenceFault(part, problem, line: line.map { $0 + lines }) }

    package var description: String { "\(part.rawValue)\(line.map { ", line \($0)" } ?? ""): \(problem.rawValue)" }
}
