/// What somebody looked at.
package enum Look: Hashable, Sendable {
    /// These people, each of whom has it in their own report. Nobody: the look is an entry all the same.
    case people([UInt32])
    /// A view of entries by their numbers: whoever stands in one of them was looked at.
    case entries(from: UInt64, through: UInt64)
    /// The whole register, or a part of it that names many.
    case register
    /// A case file was made.
    case caseFile(GivenCase)
}

/// What was given away as a case file. Its entry stands in the file: it ties the key that signs the list of files to the journal.
package struct GivenCase: Hashable, Sendable {
    /// Whoever stands in its entries, each of whom has it in their own report.
    package var people: [UInt32]
    package var entries: [UInt64]
    /// The site's key, 32 octets.
    package var key: [UInt8]
    /// Who had wished the same before, where two people are needed.
    package var with: String?

    package init(people: [UInt32], entries: [UInt64], key: [UInt8], with: String?) {
        self.people = people
        self.entries = entries
        self.key = key
        self.with = with
    }
}
