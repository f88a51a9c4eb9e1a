/// What an OSDP reader does otherwise than the standard has it. Known from the table of makers, or seen.
package enum ReaderQuirk: String, Hashable, Sendable, CaseIterable {
    /// Takes a repeated command for a new one (against OSDP 2.2, 5.7); within a session it refuses it with NAK 6.
    case repeatsAnew
    /// Answers NAK 1 to every frame with a CRC.
    case checksumOnly
    /// Answers a command with a checksum under a CRC.
    case answersInCRC
    /// Sends RMAC_I under the block of CCRYPT (0x12), as the first editions had it.
    case initialMACUnderOldBlock
    /// Says ACK to KEYSET in clear: it ended the session before it answered.
    case keySetAnsweredInClear
    /// Gives the reason of a NAK under a MAC alone, for everybody to read.
    case reasonInClear
    /// Encrypts a block of padding where there are no data.
    case paddedEmptyData

    /// What people are told of it.
    package var sentence: Sentence {
        switch self {
        case .repeatsAnew:
            Sentence("takes a repeated command for a new one, and has forgotten its answer")
        case .checksumOnly: Sentence("knows the short check alone: damaged frames pass for whole ones")
        case .answersInCRC: Sentence("answers a short check with a long one")
        case .initialMACUnderOldBlock: Sentence("ends the handshake as the first editions of OSDP had it")
        case .keySetAnsweredInClear: Sentence("answers in clear when it takes a key")
        case .reasonInClear: Sentence("gives reasons of refusals for everybody to read")
        case .paddedEmptyData: Sentence("encrypts empty messages, and is slower for it")
        }
    }
}
