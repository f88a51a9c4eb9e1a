package import GatehouseAdmin
package import GatehouseCore
internal import GatehouseCrypto
package import GatehouseThreads

/// Who asks over the admin socket: an account, or a person for whom the console's account asks.
///
/// One person at the console and the same person with an account of their own are two callers: nothing here can tell that
/// they are one.
package struct Caller: Sendable {
    package let uid: UInt32
    package let person: OnBehalf?
    /// All roles of whoever asks.
    package let roles: Set<Role>

    /// Roles that a person at the console may have: an auditor's work is not done through the page, nor an installer's.
    package static let rolesAtTheConsole: Set<Role> = [.viewer, .guard_, .manager]

    /// `held` are the roles of the account by its groups; `console` is the number of the console's account.
    package init(
        uid: UInt32, held: Set<Role>, for person: OnBehalf? = nil, console: UInt32?
    ) throws(CommandRefusal) {
        self.uid = uid
        self.person = person
        guard let person else {
            roles = Self.ownRoles(of: uid, held: held, console: console)
            return
        }
        guard uid == console else {
            throw CommandRefusal(
                code: "asNotAllowed",
                message:
                    Sentence("\"as\" is for the console's account alone; whoever asks here is their own account"))
        }
        guard Self.rolesAtTheConsole.contains(person.role) else {
            throw CommandRefusal(
                code: "roleNotAtConsole",
                message:
                    Sentence(
                        "the work of an auditor or an installer is not done through the page: use gatehousectl with an account of your own"
                    ))
        }
        roles = [person.role]
    }

    /// Without a person the console looks, and does nothing else, whatever groups it is in. Root at the machine itself keeps
    /// its roles.
    package static func ownRoles(of uid: UInt32, held: Set<Role>, console: UInt32?) -> Set<Role> {
        uid == console && uid != 0 ? [.viewer] : held
    }

    /// By whom bounds count.
    package var giver: Giver { Giver(uid, for: person?.name) }

    /// As entries have it. In clear a person of the console has a mark in place of their name, by which two of them are two;
    /// the name is a personal value like that of an account.
    package func actor(_ role: Role, account: String?, mark: ([UInt8]) -> [UInt8]) -> Actor {
        guard let person else {
            return Actor(name: "uid \(uid)", role: role, account: account, isRoot: uid == 0)
        }
        let digits = Hexadecimal.encode(mark(Array("console person\0\(person.name)".utf8)).prefix(6))
        return Actor(name: "uid \(uid) for \(digits)", role: role, account: person.name)
    }
}
