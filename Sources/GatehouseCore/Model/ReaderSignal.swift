/// What a reader machine (Wiegand decoder, OSDP panel, face module, serial card reader) tells the controller.
package enum ReaderSignal: Hashable, Sendable {
    case card(CardRead)
    case key(PadKey)
    /// The reply of a face module to an outstanding question of ours, already checked (length, user, status).
    case face(userNumber: UInt16)
    /// A person stood in front of the face module and it answered that it does not know them.
    case faceRefused(FaceRefusal)
    /// What was shown is there still. A read this long after its decision is a presentation of its own.
    case stays(Staying, window: Duration)
    /// Something arrived that is no whole, intact reading. Counted, never guessed.
    case unreadable(ReadFault)
    case link(ReaderLink)
    /// Why a reader that has to be secured is not believed; nil when nothing stands against it any more. Each word comes
    /// once until then, however often it is deserved.
    case breach(SecurityBreach?)
    /// What came of a change of the reader's key.
    case keyChange(KeyChangeEnd)
    /// What came of a file for the reader.
    case file(ReaderFileEnd)
    /// Who the device says it is, each time that it was asked.
    case identified(ReaderIdentity)
    /// The users that a face module has.
    case faceUsers([UInt16])
    case tamper(Bool)
    case powerFault(Bool)
    /// An input of the reader itself (OSDP ISTATR), numbered from 0.
    case input(number: Int, isActive: Bool)
}

/// What stays before a reader that reads without end.
package enum Staying: Hashable, Sendable {
    case card(CardRead)
    case face(userNumber: UInt16)
}

/// One card as one reader saw it once: the bits (or characters) as they came, and the number they mean.
package struct CardRead: Hashable, Sendable {
    package var number: CardNumber
    /// The raw bits where the reader sends bits; empty for readers that send characters.
    package var bits: BitString
    /// At a reader with a keypad: a PIN that was sent as one frame looks so.
    package var mayBePIN = false
    /// A plate that was read once in its passage: it counts beside the tag of its vehicle and not alone.
    package var isUncertain = false
    /// What else was read of the plate in its passage.
    package var others: [String] = []

    package init(number: CardNumber, bits: BitString = BitString()) {
        self.number = number
        self.bits = bits
    }
}

/// The identity of a card: the format it was read in, and the fields. `118-1603` in H10301 and 7734851 are different
/// spellings of one frame, so the fields are kept and not a decimal string.
package struct CardNumber: Hashable, Sendable, CustomStringConvertible {
    package enum Value: Hashable, Sendable {
        case fields(facility: UInt32, number: UInt64)
        /// What a reader sends as text: a line, the EPC of a tag, a number plate. At most 256 octets.
        case text(String)
    }
    package var format: CardFormatID
    package var value: Value

    package init(format: CardFormatID, value: Value) {
        self.format = format
        self.value = value
    }
    package init(format: CardFormatID, facility: UInt32 = 0, number: UInt64) {
        self.init(format: format, value: .fields(facility: facility, number: number))
    }

    /// `H10301:118-1603`, `UID34:2312379265`, `TEXT:E2003412…`: the spelling of imports, commands and the registry.
    package var description: String {
        switch value {
        case .fields(let facility, let number):
            facility == 0 ? "\(format):\(number)" : "\(format):\(facility)-\(number)"
        case .text(let text): "\(format):\(text)"
        }
    }
}

package enum PadKey: Hashable, Sendable {
    case digit(UInt8)
    /// `*`: forget what was typed.
    case clear
    /// `#`: that was all.
    case enter
    /// A function key (A to D, F1 to F4), numbered from 0.
    case function(UInt8)
}

package enum FaceRefusal: String, Hashable, Sendable, CaseIterable {
    case unknown
    case liveness
    case severalFaces
    case eyesClosed
}

/// Why something a reader sent is no reading. The raw value is the word in journal, counters and pages.
package enum ReadFault: String, Hashable, Sendable, CaseIterable {
    /// A bit count that no configured format has.
    case length
    case parity
    /// Both data lines at once, pulses too close, or a lost kernel event.
    case timing
    /// Fits two configured formats with different numbers: a fault of the configuration.
    case ambiguous
    /// All zeros or all ones, or a number that is reserved.
    case reserved
    case checksum
    /// Text that does not fit the reader's pattern, or over its bound.
    case malformed
    /// A message that nobody asked for (a face match without a question).
    case unsolicited
    /// A reading in clear of a reader that has to be secured.
    case insecure
    /// Bits followed a card that had been taken as whole at its length: the reader sends longer frames than was said.
    case frameOverrun
    /// A smart card's answer, whole, that no decision uses.
    case notForDecisions
}

/// What stands against a reader that has to be secured. The raw value is the word in the journal.
package enum SecurityBreach: String, Hashable, Sendable, CaseIterable {
    /// Something came in clear: somebody else speaks on the wire, or the reader was changed.
    case clearData
    /// Data came under a MAC, but for everybody to read.
    case notEncrypted
    /// Three messages in a minute whose MAC was wrong: forged, or played again.
    case forged
    /// The reader has another key.
    case wrongKey
    /// The reader refuses to be secured.
    case refusesSecurity
    /// No key is set for the reader: it stays out of service.
    case noKey
}

/// How a change of a reader's key ended. The raw value is the word in the journal.
package enum KeyChangeEnd: String, Hashable, Sendable, CaseIterable {
    /// The reader proved the new key; the old one is gone.
    case kept = "keyKept"
    /// The reader did not take it, and has the old one.
    case refused = "keyRefused"
    /// It was not there, or had no ear for it, until the time was over.
    case expired = "keyExpired"
    /// The reader said yes and has not proved it: either key may be the reader's, and both are tried.
    case unproven = "keyUnproven"

    var outcome: EntryOutcome {
        switch self {
        case .kept: .keyKept
        case .refused: .keyRefused
        case .expired: .keyExpired
        case .unproven: .keyUnproven
        }
    }
}

/// How a file for a reader ended. The raw value is the word in the journal.
package enum ReaderFileEnd: String, Hashable, Sendable, CaseIterable {
    case arrived = "fileArrived"
    case refused = "fileRefused"
    /// The reader went away in the midst.
    case lost = "fileLost"

    var outcome: EntryOutcome {
        switch self {
        case .arrived: .fileArrived
        case .refused: .fileRefused
        case .lost: .fileLost
        }
    }
}

/// Whether a reader can be heard, and how well it is secured.
package enum ReaderLink: Hashable, Sendable {
    case online(LinkSecurity)
    case offline(OfflineReason)
}

package enum LinkSecurity: String, Hashable, Sendable {
    /// The medium has no security of its own (Wiegand, TTL serial).
    case none
    /// OSDP in clear text: a standing fault that status shows.
    case clear
    /// OSDP secure channel.
    case secure
}

package enum OfflineReason: String, Hashable, Sendable, CaseIterable {
    case silent
    case portLost
    case refused
    case restarted
    /// It sends without end and is put aside until it was quiet.
    case babbling
    /// A face module speaks only encrypted, and its section says nothing of it, or it lost its key.
    case encryptionWanted
    /// A face module has no key select table yet: it has to be given one first.
    case encryptionUnset
    /// A face module knows this mode or this table not.
    case encryptionMismatch

    package var isOfEncryption: Bool {
        switch self {
        case .encryptionWanted, .encryptionUnset, .encryptionMismatch: true
        case .silent, .portLost, .refused, .restarted, .babbling: false
        }
    }
}

/// What a person standing at the reader is told. Every denial looks the same.
package enum Indication: String, Hashable, Sendable, CaseIterable {
    case idle
    case granted
    case denied
    /// One more factor is wanted (PIN after card).
    case waiting
    /// The key was taken.
    case key
    case heldOpenWarning
    case alarm
    /// Free passage or fire: go through.
    case open
    /// Lockdown or blocked.
    case closed
}

extension CardNumber {
    /// Reads the spelling that `description` writes. Nil when the format is missing or a field is no number in range.
    package init?(_ spelling: String) {
        guard let colon = spelling.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let format = String(spelling[..<colon])
        let rest = spelling[spelling.utf8.index(after: colon)...]
        guard !format.isEmpty, !rest.isEmpty else { return nil }
        if CardNumber.textFormats.contains(where: { $0.name == format }) {
            guard rest.utf8.count <= 256, let text = Self.canonical(String(rest), of: format) else { return nil }
            self.init(format: CardFormatID(format), value: .text(text))
            return
        }
        let parts = rest.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2, let number = UInt64(parts[parts.count - 1]) else { return nil }
        let facility = parts.count == 2 ? UInt32(parts[0]) : 0
        guard let facility else { return nil }
        self.init(format: CardFormatID(format), facility: facility, number: number)
    }

    /// The text of a card whose spelling is `FORMAT:text`.
    static func text(ofLabel label: String) -> String {
        label.utf8.firstIndex(of: UInt8(ascii: ":")).map { String(label[label.utf8.index(after: $0)...]) } ?? label
    }

    package var isPlate: Bool { format == Self.plateFormat }

    /// The format of readers that send lines of text.
    package static let textFormat: CardFormatID = "TEXT"
    /// The tag of a vehicle: the EPC in upper-case hexadecimal digits.
    package static let epcFormat: CardFormatID = "EPC"
    /// The number plate of a vehicle, without blanks and dots.
    package static let plateFormat: CardFormatID = "PLATE"
    /// A tag or plate as its reader spells it, so that nobody has to know how; a text stays as it is.
    private static func canonical(_ text: String, of format: String) -> String? {
        guard format != textFormat.name else { return text }
        if format == plateFormat.name {
            let plate = PlateText.spelled(text)
            return plate.isEmpty ? nil : plate
        }
        let plain = text.filter { !" ·•-".contains($0) }.uppercased()
        return !plain.isEmpty && plain.utf8.count % 2 == 0 && plain.allSatisfy { $0.isASCII && $0.isHexDigit }
            ? plain : nil
    }

    /// The formats whose cards are text.
    package static let textFormats: [CardFormatID] = [textFormat, epcFormat, plateFormat]
}
