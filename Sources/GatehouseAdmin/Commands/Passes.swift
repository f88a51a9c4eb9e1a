internal import GatehouseCore

// Visitor passes.

package struct PassView: Codable, Hashable, Sendable {
    package var pass: String
    package var issuer: String?
    package var from: String?
    package var until: String?
    package var points: [String]?
    package var uses: UInt16?
    package var used: Int?
    package var left: Int?
    /// A reference of the register here, or the number of a person elsewhere.
    package var host: String?
    package var plate: String?
    package var hasPlate: Bool?
    package var keyID: String?
    package var state: String?
    package var counts: [String: UInt16]?
    /// Who comes with it, where that was said and is kept still.
    package var visitor: String?
    package var phone: String?
    private enum CodingKeys: String, CodingKey {
        case visitor
        case phone
        case pass
        case issuer
        case from
        case until
        case points
        case uses
        case used
        case left
        case host
        case plate
        case hasPlate = "has_plate"
        case keyID = "key_id"
        case state
        case counts
    }
    package init(
        pass: String, issuer: String?, from: String?, until: String?, points: [String]?, uses: UInt16?, used: Int?,
        left: Int?, host: String?, plate: String?, hasPlate: Bool?, keyID: String?, state: String?,
        counts: [String: UInt16]?
    ) {
        self.pass = pass
        self.issuer = issuer
        self.from = from
        self.until = until
        self.points = points
        self.uses = uses
        self.used = used
        self.left = left
        self.host = host
        self.plate = plate
        self.hasPlate = hasPlate
        self.keyID = keyID
        self.state = state
        self.counts = counts
    }
}

package struct PassIssue: AdminCommand {
    package static let name = CommandName.passIssue
    package static let entry = CommandEntry.change(
        [.manager, .guard_], Sentence("sign a pass for a visitor; a guard one that is good once and today"))
    package typealias Reply = Joined<PassView, Signed>
    package var host: PersonalArgument
    /// Access points, separated by commas; `site/point` for one of another controller.
    package var points: TextArgument
    package var from: TextArgument?
    package var until: TextArgument
    package var uses: TextArgument?
    package var plate: PersonalArgument?
    /// Who comes: their name, and where they are reached.
    package var visitor: PersonalArgument?
    package var phone: PersonalArgument?
    package init(
        host: PersonalArgument, points: TextArgument, from: TextArgument? = nil, until: TextArgument,
        uses: TextArgument? = nil, plate: PersonalArgument? = nil, visitor: PersonalArgument? = nil,
        phone: PersonalArgument? = nil
    ) {
        self.visitor = visitor
        self.phone = phone
        self.host = host
        self.points = points
        self.from = from
        self.until = until
        self.uses = uses
        self.plate = plate
    }

    package struct Signed: Codable, Hashable, Sendable {
        package var token: String
        package var event: UInt64?
        package init(token: String, event: UInt64?) {
            self.token = token
            self.event = event
        }
    }
}

package struct PassShow: AdminCommand {
    package static let name = CommandName.passShow
    package static let entry = CommandEntry.question(
        [.manager, .guard_], Sentence("what a pass says and where it stands"))
    package typealias Reply = PassView
    package var pass: DocumentArgument
    package init(pass: DocumentArgument) {
        self.pass = pass
    }
}

package struct PassRemove: AdminCommand {
    package static let name = CommandName.passRemove
    package static let entry = CommandEntry.withdrawal(.office, Sentence("a pass opens nothing any more"))
    package var pass: DocumentArgument
    package init(pass: DocumentArgument) {
        self.pass = pass
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var pass: String
        package var event: UInt64?
        package init(pass: String, event: UInt64?) {
            self.pass = pass
            self.event = event
        }
    }
}

package struct PassList: AdminCommand {
    package static let name = CommandName.passList
    package static let entry = CommandEntry.question(
        [.manager, .guard_], Sentence("passes that are good for something"))
    package typealias Reply = Listed
    package typealias Item = PassView
    package var all: FlagArgument?
    /// For visitors of one person alone.
    package var host: PersonalArgument?
    package init(all: FlagArgument? = nil, host: PersonalArgument? = nil) {
        self.all = all
        self.host = host
    }
}

package struct PassKey: AdminCommand {
    package static let name = CommandName.passKey
    package static let entry = CommandEntry.glance(
        .everyone, Sentence("the public key of the passes that are signed here"))
    package init() {}

    package struct Reply: Codable, Hashable, Sendable {
        package var issuer: String
        package var keyID: String
        package var publicKey: String
        private enum CodingKeys: String, CodingKey {
            case issuer
            case keyID = "key_id"
            case publicKey = "public_key"
        }
        package init(issuer: String, keyID: String, publicKey: String) {
            self.issuer = issuer
            self.keyID = keyID
            self.publicKey = publicKey
        }
    }
}

package struct PassUsesList: AdminCommand {
    package static let name = CommandName.passUses
    package static let entry = CommandEntry.question(
        .office, Sentence("grants and revocations of passes, for other gates"))
    package typealias Reply = Listed
    package typealias Item = PassUse
    package init() {}
}

package struct PassMerge: AdminCommand {
    package static let name = CommandName.passMerge
    package static let entry = CommandEntry.change(.office, Sentence("take grants and revocations of other gates"))
    package var passes: [PassUse]
    package init(passes: [PassUse]) {
        self.passes = passes
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var passes: Int
        package var event: UInt64?
        package init(passes: Int, event: UInt64?) {
            self.passes = passes
            self.event = event
        }
    }
}

package struct Listed: Codable, Hashable, Sendable {
    package var count: Int
    package init(count: Int) {
        self.count = count
    }
}
