package import GatehouseCore
internal import GatehouseCrypto

/// The check of a sign-in, without the dear part of it: what begins a try, and what becomes of it once it is known whether the
/// password was right. Pure: accounts, times and random octets come in as arguments.
///
/// Tries are slowed by account and address, and by address. A browser that signed in to the account before has a lane of its
/// own instead, so that whoever guesses elsewhere, or behind the same address, does not shut it out.
package struct SignIn: Sendable {
    package struct Attempt: Hashable, Sendable {
        package var name: String
        package var password: String
        /// The time code, where it was asked for.
        package var code: String?
        package var address: String
        /// The token that this browser keeps from an earlier sign-in.
        package var device: String?

        package init(name: String, password: String, code: String? = nil, address: String, device: String? = nil) {
            (self.name, self.password, self.code) = (name, password, code)
            (self.address, self.device) = (address, device)
        }
    }

    /// A try that may go on: whether the password is the hash's is the next question.
    package struct Check: Sendable {
        package let attempt: Attempt
        /// The account's hash, or one of nobody's password: a name that does not exist takes as long.
        package let hash: PasswordHash
        /// Whether the browser is one that signed in to this account before.
        package let isKnown: Bool
        /// Whose turn it is in a queue that is fair by address.
        package let giver: UInt32
        let account: AccountName?
        let own: Pauses.Lane
        let address: Pauses.Lane?
    }

    package enum Beginning: Sendable {
        case check(Check)
        case wait(Duration)
    }

    package struct SignedIn: Hashable, Sendable {
        package let account: Account
        /// A token for the browser to keep; nil where it keeps one already, or where it could not be noted.
        package let device: String?
    }

    package enum Outcome: Hashable, Sendable {
        case signedIn(SignedIn)
        /// Name, password or code: nobody is told which.
        case wrong
        /// The password was right; the account wants a code too.
        case needsCode
        /// The password was right, and the account is switched off.
        case disabled
        case wait(Duration)
        /// Too many others are being checked just now.
        case busy
    }

    private struct UsedStep {
        var secret: TimeCodeSecret
        var step: Int64
    }

    package private(set) var pauses = Pauses()
    private let nobody: PasswordHash
    /// Codes that were taken, for when the file cannot be written.
    private var used: [AccountName: UsedStep] = [:]

    package static let freeTries = 3
    package static let freeTriesOfDevice = 5
    package static let freeTriesOfAddress = 20

    /// `nobody`: the hash of a password that nobody knows, under the parameters of today.
    package init(nobody: PasswordHash) { self.nobody = nobody }

    package mutating func begin(_ attempt: Attempt, book: AccountBook, at now: MonotonicTime) -> Beginning {
        let account = book.account(typed: attempt.name)
        let group = AddressGroup(attempt.address).octets
        let digest = attempt.device.flatMap(DeviceToken.digest)
        let isKnown = digest.map { digest in account?.devices.contains { Hash.areEqual($0, digest) } ?? false } ?? false
        let own: Pauses.Lane
        if isKnown, let digest {
            own = Self.lane("device", [digest], free: Self.freeTriesOfDevice)
        } else {
            let name = account?.name.key ?? AccountName(attempt.name)?.key ?? attempt.name
            own = Self.lane("pair", [Hash.sha256(name.utf8), group], free: Self.freeTries)
        }
        let address = isKnown ? nil : Self.lane("address", [group], free: Self.freeTriesOfAddress)
        if let rest = pauses.begin([own] + (address.map { [$0] } ?? []), at: now) { return .wait(rest) }
        return .check(
            Check(
                attempt: attempt, hash: account?.password ?? nobody, isKnown: isKnown,
                giver: (isKnown ? own : address ?? own).id.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
                account: account?.name, own: own, address: address))
    }

    /// The try came to no check: it was not begun.
    package mutating func withdraw(_ check: Check) {
        pauses.takeBack(check.own)
        if let address = check.address { pauses.takeBack(address) }
    }

    /// What becomes of a try. `isRight`: whether the password is that of `check.hash`; `rehashed`: the same one under the
    /// parameters of today, where those of the hash are cheaper. What the account remembers of it is changed in `book`.
    package mutating func end(
        _ check: Check, isRight: Bool, rehashed: PasswordHash? = nil, book: inout AccountBook, at time: CivilTime,
        random: (Int) -> [UInt8]
    ) -> Outcome {
        // An account that was changed or removed in between is asked for anew.
        guard isRight, let name = check.account, var account = book[name], account.password == check.hash else {
            return .wrong
        }
        guard !account.isDisabled else {
            withdraw(check)
            return .disabled
        }
        if let secret = account.timeCode {
            guard let code = check.attempt.code, !code.isEmpty else {
                withdraw(check)
                return .needsCode
            }
            let before = used[name].flatMap { $0.secret == secret ? $0.step : nil }
            let last = [before, account.lastStep].compactMap { $0 }.max()
            guard let step = secret.step(of: code, at: time, after: last) else { return .wrong }
            used[name] = UsedStep(secret: secret, step: step)
            account.lastStep = step
        }
        pauses.clear(check.own)
        if let address = check.address { pauses.takeBack(address) }
        if let rehashed { account.takeRehashed(rehashed) }
        let token = check.isKnown ? nil : DeviceToken.make(random)
        if let digest = (token ?? check.attempt.device).flatMap(DeviceToken.digest) { account.keep(device: digest) }
        let kept = account
        try? book.change(name) { account throws(AccountFault) in account = kept }
        return .signedIn(SignedIn(account: account, device: token))
    }

    private static func lane(_ kind: String, _ parts: [[UInt8]], free: Int) -> Pauses.Lane {
        Pauses.Lane(id: Hash.sha256(Array("\(kind):".utf8) + parts.joined()), free: free)
    }
}

/// What a browser keeps of a sign-in: 256 random bits. The account keeps their digest.
package enum DeviceToken {
    package static func make(_ random: (Int) -> [UInt8]) -> String { Base64.encode(random(32), isURLSafe: true) }

    /// Nil for what is no token.
    package static func digest(_ token: String) -> [UInt8]? {
        guard token.utf8.count == 43, let octets = Base64.decode(token, isURLSafe: true), octets.count == 32 else {
            return nil
        }
        return Hash.sha256(octets)
    }
}
