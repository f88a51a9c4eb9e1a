package import GatehouseCore

/// What may be said on the admin socket: one type a command, with its arguments as members and what it answers beside it.
/// A member that may be left out is optional. `CommandName` holds the name, `entry` who may say it and what it needs.
package protocol AdminCommand: Codable, Hashable, Sendable {
    /// What comes any number of times before the reply, for commands that list or follow.
    associatedtype Item: Codable & Sendable = Nothing
    associatedtype Reply: Codable & Sendable

    static var name: CommandName { get }
    static var entry: CommandEntry { get }
}

/// The item of a command that lists nothing.
package struct Nothing: Codable, Hashable, Sendable {
    package init() {}
}

/// Where a command waits, and behind what.
package enum CommandLane: String, Hashable, Sendable, CaseIterable {
    /// Openings, postures, the reset of a fire: they wait for nothing but their entry.
    case openings
    /// Rows of the register. What takes access away goes first.
    case register
    /// What may walk the whole register or journal.
    case questions
    /// What waits for a reader or a face module.
    case devices
}

/// What becomes of a command that could not be carried out at once (promise P10).
package enum CommandLife: Hashable, Sendable {
    /// Opens, frees or changes a posture: 5 s, or less as its sender said, and dead when the sender is gone.
    case order
    /// Takes access away, or writes the register: 60 s from the end of its upload, and carried out without its sender.
    case change
    /// Asks: worth nothing without somebody who hears the answer.
    case question

    package var longest: Duration {
        switch self {
        case .order: .seconds(5)
        case .change: .seconds(60)
        case .question: .seconds(600)
        }
    }
    package var diesWithItsSender: Bool { self != .change }
}

/// One row of the catalogue: who may give a command, and what it needs.
package struct CommandEntry: Hashable, Sendable {
    package var roles: Set<Role>
    package var needsReason: Bool
    package var lane: CommandLane
    package var life: CommandLife
    /// Goes before everything else of its lane.
    package var isUrgent: Bool
    package var summary: Sentence

    package init(
        _ roles: Set<Role>, needsReason: Bool = false, lane: CommandLane, life: CommandLife, isUrgent: Bool = false,
        _ summary: Sentence
    ) {
        self.roles = roles
        self.needsReason = needsReason
        self.lane = lane
        self.life = life
        self.isUrgent = isUrgent
        self.summary = summary
    }

    // The kinds of commands that there are.

    static func opening(_ roles: Set<Role>, _ summary: Sentence) -> CommandEntry {
        CommandEntry(roles, needsReason: true, lane: .openings, life: .order, summary)
    }
    static func change(_ roles: Set<Role>, needsReason: Bool = false, _ summary: Sentence) -> CommandEntry {
        CommandEntry(roles, needsReason: needsReason, lane: .register, life: .change, summary)
    }
    /// Takes access away: before all other changes.
    static func withdrawal(_ roles: Set<Role>, needsReason: Bool = true, _ summary: Sentence) -> CommandEntry {
        CommandEntry(roles, needsReason: needsReason, lane: .register, life: .change, isUrgent: true, summary)
    }
    static func question(_ roles: Set<Role>, needsReason: Bool = false, _ summary: Sentence) -> CommandEntry {
        CommandEntry(roles, needsReason: needsReason, lane: .questions, life: .question, summary)
    }
    /// A question that is answered from memory.
    static func glance(_ roles: Set<Role>, _ summary: Sentence) -> CommandEntry {
        CommandEntry(roles, lane: .register, life: .question, summary)
    }
    static func device(_ roles: Set<Role>, needsReason: Bool = true, _ summary: Sentence) -> CommandEntry {
        CommandEntry(roles, needsReason: needsReason, lane: .devices, life: .order, summary)
    }
}

extension Set<Role> {
    static var everyone: Self { Set(Role.allCases) }
    static var desk: Self { [.guard_, .manager, .installer] }
    static var office: Self { [.manager] }
    static var review: Self { [.guard_, .manager, .auditor] }
}

package struct CommandRefusal: Error, Codable, Hashable, Sendable {
    package var code: String
    package var sentence: Sentence

    /// In English, as scripts and logs have it.
    package var message: String { sentence.english }

    package init(code: String, message: Sentence) {
        self.code = code
        sentence = message
    }

    /// As somebody reads it: what goes over the wire has its words.
    package func said(in language: Language) -> CommandRefusal {
        CommandRefusal(code: code, message: Sentence(verbatim: sentence.text(in: language)))
    }

    private enum CodingKeys: CodingKey {
        case code, message
    }
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        code = try members.decode(String.self, forKey: .code)
        sentence = Sentence(verbatim: try members.decode(String.self, forKey: .message))
    }
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(code, forKey: .code)
        try members.encode(message, forKey: .message)
    }
}
