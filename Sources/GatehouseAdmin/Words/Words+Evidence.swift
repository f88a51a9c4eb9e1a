package import GatehouseCore
package import GatehouseCrypto

/// What is wrong with evidence of others, to people.
extension EvidenceFault {
    package var sentence: Sentence {
        guard let line else { return Sentence("\(noun): \(reason)") }
        return Sentence("\(noun), line \(line): \(reason)")
    }

    private var noun: Sentence {
        switch part {
        case .key: Sentence("the key")
        case .note: Sentence("the note")
        case .checkpoint: Sentence("the checkpoint")
        case .proof: Sentence("the proof")
        case .policy: Sentence("the policy")
        case .tile: Sentence("the tile")
        case .bundle: Sentence("the bundle")
        case .request: Sentence("the request")
        }
    }

    private var reason: Sentence {
        switch problem {
        case .tooLong: Sentence("too long")
        case .notUTF8: Sentence("not UTF-8")
        case .controlCharacter: Sentence("a control character")
        case .noEmptyLine: Sentence("no empty line before the signatures")
        case .noLastLineEnd: Sentence("its last line has no end")
        case .noSignature: Sentence("no signature")
        case .tooManySignatures: Sentence("too many signatures")
        case .notASignatureLine: Sentence("not a signature line")
        case .notAName: Sentence("not the name of a key")
        case .notBase64: Sentence("not base64 in its one form")
        case .wrongLength: Sentence("a wrong length")
        case .notAKey: Sentence("not a key")
        case .unknownKind: Sentence("a kind of key that is not known here")
        case .wrongKeyID: Sentence("the number of the key does not fit it")
        case .unknownKey: Sentence("no signature of a key that is asked for")
        case .badSignature: Sentence("a signature does not fit")
        case .wrongLineCount: Sentence("not three lines")
        case .noOrigin: Sentence("no origin")
        case .otherOrigin: Sentence("the origin of another log")
        case .notANumber: Sentence("not a number in its one form")
        case .wrongHeader: Sentence("not a proof of version 1")
        case .noIndex: Sentence("no index")
        case .pathTooLong: Sentence("more hashes than a path has")
        case .indexBeyondSize: Sentence("the index is not below the size")
        case .wrongPath: Sentence("the hashes do not lead to the root")
        case .badOctet: Sentence("an octet that may not stand here")
        case .notAPolicyLine: Sentence("not a line of a policy")
        case .nameTwice: Sentence("a name twice")
        case .keyTwice: Sentence("a public key twice")
        case .memberTwice: Sentence("a member twice")
        case .unknownMember: Sentence("a name that is not defined before")
        case .wrongThreshold: Sentence("a threshold that its members cannot meet")
        case .quorumTwice: Sentence("a second quorum")
        case .noQuorum: Sentence("no quorum")
        case .quorumNotMet: Sentence("the quorum is not met")
        case .notAPath: Sentence("not the path of a tile")
        case .cutShort: Sentence("cut short")
        case .wrongCount: Sentence("another count than its name says")
        }
    }
}
