/// The accounts of a page, by their names. A value; `AccountFile` keeps it.
package struct AccountBook: Hashable, Sendable {
    /// In the order of their names.
    package private(set) var accounts: [Account] = []

    package static let limit = 1000

    package init() {}

    package subscript(name: AccountName) -> Account? { accounts.first { $0.name == name } }

    /// Nil for what is no name too.
    package func account(typed: String) -> Account? { AccountName(typed).flatMap { self[$0] } }

    package mutating func add(_ account: Account) throws(AccountFault) {
        guard self[account.name] == nil else { throw .isThere(account.name) }
        guard accounts.count < Self.limit else { throw .tooMany }
        let place = accounts.firstIndex { account.name < $0.name } ?? accounts.count
        accounts.insert(account, at: place)
    }

    package mutating func change(
        _ name: AccountName, _ body: (inout Account) throws(AccountFault) -> Void
    ) throws(AccountFault) {
        guard let place = accounts.firstIndex(where: { $0.name == name }) else { throw .notThere(name) }
        var account = accounts[place]
        try body(&account)
        accounts[place] = account
    }

    package mutating func remove(_ name: AccountName) throws(AccountFault) {
        guard let place = accounts.firstIndex(where: { $0.name == name }) else { throw .notThere(name) }
        accounts.remove(at: place)
    }
}
