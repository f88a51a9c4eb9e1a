/// Why a pass is not signed, whoever the visitor is.
package enum PassProblem: String, Hashable, Sendable, CaseIterable {
    case endsBeforeItStarts, isOver, windowTooWide
    case notForGuards

    /// Nil when somebody of the role may give it out. `tomorrow` is the first second of the next local day.
    package init?(_ claims: PassClaims, by role: Role, now: Int64, tomorrow: Int64) {
        if claims.from >= claims.until {
            self = .endsBeforeItStarts
        } else if claims.until <= now {
            self = .isOver
        } else if claims.until - claims.from > PassClaims.longestWindow {
            self = .windowTooWide
        } else if role == .guard_, claims.uses != 1 || claims.until > tomorrow {
            self = .notForGuards
        } else {
            return nil
        }
    }

    package var sentence: Sentence {
        switch self {
        case .endsBeforeItStarts: Sentence("the pass would end before it begins")
        case .isOver: Sentence("the pass would be over already")
        case .windowTooWide:
            Sentence(
                "a pass is good for \(PassClaims.longestWindow / 86400) days at most; who comes longer gets a card")
        case .notForGuards: Sentence("a guard gives out passes that are good once, and today; ask a manager")
        }
    }
}
