/// Who gives jobs: an account by its number, or one of the people for whom it asks.
package struct Giver: Hashable, Sendable, ExpressibleByIntegerLiteral {
    package var account: UInt32
    /// The person, where an account asks for several; nil for the account itself.
    package var person: String?

    package init(_ account: UInt32, for person: String? = nil) {
        self.account = account
        self.person = person
    }

    package init(integerLiteral account: UInt32) { self.init(account) }
}
