internal import GatehouseCore

// Face modules: whose faces a module holds.

package struct FaceEnrol: AdminCommand {
    package static let name = CommandName.faceEnrol
    package static let entry = CommandEntry.device(
        .office, needsReason: false, Sentence("enrol a person who stands at a face module and consented"))
    package typealias Item = Progress
    package var module: NameArgument
    package var person: PersonalArgument
    package var consent: PersonalArgument
    package var seconds: CountArgument?
    package var directions: TextArgument?
    package init(
        module: NameArgument, person: PersonalArgument, consent: PersonalArgument, seconds: CountArgument? = nil,
        directions: TextArgument? = nil
    ) {
        self.module = module
        self.person = person
        self.consent = consent
        self.seconds = seconds
        self.directions = directions
    }

    package struct Progress: Codable, Hashable, Sendable {
        package var direction: String?
        package var hint: String?
        package var text: String
        package init(direction: String? = nil, hint: String? = nil, text: String) {
            self.direction = direction
            self.hint = hint
            self.text = text
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var event: UInt64?
        package var user: UInt16
        package var id: UInt32
        package init(event: UInt64?, user: UInt16, id: UInt32) {
            self.event = event
            self.user = user
            self.id = id
        }
    }
}

package struct FaceRemove: AdminCommand {
    package static let name = CommandName.faceRemove
    package static let entry = CommandEntry.withdrawal(.office, Sentence("end a face and take it out of its module"))
    package typealias Reply = Recorded
    package var module: NameArgument
    package var user: CountArgument
    package init(module: NameArgument, user: CountArgument) {
        self.module = module
        self.user = user
    }
}

package struct FaceUsers: AdminCommand {
    package static let name = CommandName.faceUsers
    package static let entry = CommandEntry.device(
        [.manager, .installer], needsReason: false, Sentence("the table of a module beside the registry"))
    package var module: NameArgument
    package init(module: NameArgument) {
        self.module = module
    }

    package struct User: Codable, Hashable, Sendable {
        package var user: UInt16
        package var credential: UInt32?
        /// `agrees`, `unknown` (only in the module) or `missing` (only on the register).
        package var standing: String
        package init(user: UInt16, credential: UInt32?, standing: String) {
            self.user = user
            self.credential = credential
            self.standing = standing
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var users: [User]
        package var serial: String?
        package init(users: [User], serial: String?) {
            self.users = users
            self.serial = serial
        }
    }
}

package struct FaceReset: AdminCommand {
    package static let name = CommandName.faceReset
    package static let entry = CommandEntry.device(
        [.manager, .installer], Sentence("stop what a module does and begin anew"))
    package typealias Reply = Recorded
    package var module: NameArgument
    package init(module: NameArgument) {
        self.module = module
    }
}
