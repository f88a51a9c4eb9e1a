internal import GatehouseCore

// By what a stranger checks the journal: its signed head, and proofs under it.

package struct JournalVerify: AdminCommand {
    package static let name = CommandName.journalVerify
    package static let entry = CommandEntry.question(
        [.manager, .auditor, .installer], Sentence("check every entry of the journal"))
    /// More roots in one answer than that are asked for in several.
    package static let mostSizes = 1024

    /// How many entries earlier checks or checkpoints saw: the roots of then come with the reply.
    package var sizes: [CountArgument]?
    /// Nothing before this entry is read.
    package var since: CountArgument?
    /// Each picture's file is read as well.
    package var pictures: FlagArgument?
    package init(sizes: [CountArgument]? = nil, since: CountArgument? = nil, pictures: FlagArgument? = nil) {
        self.sizes = sizes
        self.since = since
        self.pictures = pictures
    }

    package struct Root: Codable, Hashable, Sendable {
        package var size: UInt64
        package var root: String
        package init(size: UInt64, root: String) {
            self.size = size
            self.root = root
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var entries: UInt64
        package var first: UInt64
        package var last: UInt64
        package var root: String
        package var erased: Int
        /// Entries before `since`, of which the tree's nodes alone were read.
        package var passedOver: UInt64
        /// Heads of this gate that were held against the leaves.
        package var checkpoints: Int
        package var roots: [Root]
        /// Of the log's checkpoints; left out in a run without the master key.
        package var key: String?
        package var whole: Bool
        package var faults: [String]
        private enum CodingKeys: String, CodingKey {
            case entries
            case first
            case last
            case root
            case erased
            case passedOver = "passed_over"
            case checkpoints
            case roots
            case key
            case whole
            case faults
        }
        package init(
            entries: UInt64, first: UInt64, last: UInt64, root: String, erased: Int, passedOver: UInt64,
            checkpoints: Int, roots: [Root], key: String?, whole: Bool, faults: [String]
        ) {
            self.entries = entries
            self.first = first
            self.last = last
            self.root = root
            self.erased = erased
            self.passedOver = passedOver
            self.checkpoints = checkpoints
            self.roots = roots
            self.key = key
            self.whole = whole
            self.faults = faults
        }
    }
}

package struct JournalCheckpoint: AdminCommand {
    package static let name = CommandName.journalCheckpoint
    package static let entry = CommandEntry.question(
        [.manager, .auditor, .installer], Sentence("the signed head of the journal, to be kept elsewhere"))
    /// The newest that enough witnesses have signed, in place of one that is made now.
    package var witnessed: FlagArgument?
    package init(witnessed: FlagArgument? = nil) { self.witnessed = witnessed }

    package struct Reply: Codable, Hashable, Sendable {
        package var size: UInt64
        package var root: String
        /// By which others check it.
        package var key: String
        /// The signed note (C2SP tlog-checkpoint).
        package var note: String
        /// Names, by the site's policy, of the witnesses whose lines stand below it.
        package var witnesses: [String]
        /// Whether they are enough; left out where the site has no witnesses.
        package var enough: Bool?
        package init(size: UInt64, root: String, key: String, note: String, witnesses: [String], enough: Bool?) {
            self.size = size
            self.root = root
            self.key = key
            self.note = note
            self.witnesses = witnesses
            self.enough = enough
        }
    }
}

package struct JournalProve: AdminCommand {
    package static let name = CommandName.journalProve
    package static let entry = CommandEntry.question(
        [.manager, .auditor], Sentence("the proof that an entry stands in the journal"))
    package var event: CountArgument
    package init(event: CountArgument) { self.event = event }

    package struct Reply: Codable, Hashable, Sendable {
        package var event: UInt64
        package var index: UInt64
        package var size: UInt64
        /// Names of the personal values that were opened in it.
        package var opened: [String]
        package var key: String
        /// The file (C2SP tlog-proof@v1).
        package var proof: String
        package init(event: UInt64, index: UInt64, size: UInt64, opened: [String], key: String, proof: String) {
            self.event = event
            self.index = index
            self.size = size
            self.opened = opened
            self.key = key
            self.proof = proof
        }
    }
}

/// What stands in `extra` of a proof: nobody signed it, and whoever reads it hashes it. The leaf has to hash to the leaf of the proof, and
/// SHA-256 of salt and value to the commitment that stands in the leaf.
package struct ProofExtra: Codable, Hashable, Sendable {
    package struct Opened: Codable, Hashable, Sendable {
        package var name: String
        package var salt: String
        package var value: String
        package init(name: String, salt: String, value: String) {
            self.name = name
            self.salt = salt
            self.value = value
        }
    }
    /// Base64, as the others.
    package var leaf: String
    package var opened: [Opened]
    package init(leaf: String, opened: [Opened]) {
        self.leaf = leaf
        self.opened = opened
    }
}

package struct JournalProveAppend: AdminCommand {
    package static let name = CommandName.journalProveAppend
    package static let entry = CommandEntry.question(
        [.manager, .auditor, .installer], Sentence("the proof that the journal only grew from one size to another"))
    package var old: CountArgument
    package var new: CountArgument
    package init(old: CountArgument, new: CountArgument) {
        self.old = old
        self.new = new
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var old: UInt64
        package var new: UInt64
        package var oldRoot: String
        package var newRoot: String
        /// Hashes in base64, in the order of RFC 9162, section 2.1.4.1.
        package var proof: [String]
        private enum CodingKeys: String, CodingKey {
            case old
            case new
            case oldRoot = "old_root"
            case newRoot = "new_root"
            case proof
        }
        package init(old: UInt64, new: UInt64, oldRoot: String, newRoot: String, proof: [String]) {
            self.old = old
            self.new = new
            self.oldRoot = oldRoot
            self.newRoot = newRoot
            self.proof = proof
        }
    }
}
