package import GatehouseCore

/// What a module keeps of a face.
package enum FacePoses: String, Hashable, Sendable, CaseIterable {
    /// One frame, straight ahead.
    case one
    /// Five directions, one after another: a face is then known from the side too.
    case five
}

/// Where a person looks for one picture of an enrolment. The raw value is the bit of the protocol.
package enum FaceDirection: UInt8, Hashable, Sendable, CaseIterable {
    case middle = 0x01
    case right = 0x02
    case left = 0x04
    case down = 0x08
    case up = 0x10

    /// All five, as they are asked for.
    package static let inOrder: [FaceDirection] = [.middle, .right, .left, .up, .down]
    static let all: UInt8 = 0x1F

    package var word: String {
        switch self {
        case .middle: "middle"
        case .right: "right"
        case .left: "left"
        case .down: "down"
        case .up: "up"
        }
    }

    package var sentence: Sentence {
        switch self {
        case .middle: Sentence("look straight into the module")
        case .right: Sentence("turn the head a little to the right")
        case .left: Sentence("turn the head a little to the left")
        case .down: Sentence("look down a little")
        case .up: Sentence("look up a little")
        }
    }
}

/// What the module says of the face before it (FACE_STATE). The raw value is its number.
package enum FaceHint: Int16, Hashable, Sendable, CaseIterable {
    case good = 0
    case noFace, tooHigh, tooLow, tooFarLeft, tooFarRight, tooFar, tooNear
    case browsCovered, eyesCovered, faceCovered, wrongDirection, eyesOpen, eyesClosed, unclear

    package var word: String { "\(self)" }

    package var sentence: Sentence {
        switch self {
        case .good: Sentence("hold still")
        case .noFace: Sentence("no face is seen: stand before the module")
        case .tooHigh: Sentence("the face is too high: bend a little")
        case .tooLow: Sentence("the face is too low: stand upright")
        case .tooFarLeft: Sentence("the face is too far left")
        case .tooFarRight: Sentence("the face is too far right")
        case .tooFar: Sentence("come nearer")
        case .tooNear: Sentence("step back a little")
        case .browsCovered: Sentence("the eyebrows are covered")
        case .eyesCovered: Sentence("the eyes are covered: take the glasses off")
        case .faceCovered: Sentence("the face is covered: take the mask off")
        case .wrongDirection: Sentence("the head is turned elsewhere than asked")
        case .eyesOpen: Sentence("close the eyes for a moment")
        case .eyesClosed: Sentence("open the eyes")
        case .unclear: Sentence("the face cannot be made out: is there light enough?")
        }
    }
}

/// What somebody who stands at the module is told while it takes their face.
package enum FaceProgress: Hashable, Sendable {
    case direction(FaceDirection)
    case hint(FaceHint)
}
