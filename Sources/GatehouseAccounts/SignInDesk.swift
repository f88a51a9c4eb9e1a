package import GatehouseCore
internal import GatehouseCrypto
package import GatehouseThreads

/// Signs people in: `SignIn` with the file, and one thread that computes one hash at a time, so that memory and processor stay
/// bounded whatever comes. Who waits for it waits in a queue that is fair by address; browsers of old go first and
/// have room of their own.
///
/// A class because it owns the thread.
package final class SignInDesk: Sendable {
    package struct Surroundings: Sendable {
        package var now: @Sendable () -> MonotonicTime
        package var time: @Sendable () -> CivilTime
        package var random: @Sendable (Int) -> [UInt8]

        package init(
            now: @escaping @Sendable () -> MonotonicTime, time: @escaping @Sendable () -> CivilTime,
            random: @escaping @Sendable (Int) -> [UInt8]
        ) { (self.now, self.time, self.random) = (now, time, random) }
    }

    private struct State {
        var signIn: SignIn
        var strangers = 0
    }

    package let file: AccountFile
    private let surroundings: Surroundings
    private let worker: Worker
    private let state: Guarded<State>

    /// Tries that wait, of those the most by browsers that are not known, and the most of one address.
    package static let limit = 64
    package static let limitOfStrangers = 48
    package static let limitOfOne = 4

    package init(file: AccountFile, surroundings: Surroundings) throws(AccountFault) {
        (self.file, self.surroundings) = (file, surroundings)
        let nobody = try PasswordHash(of: Hexadecimal.encode(surroundings.random(32)))
        state = Guarded(State(signIn: SignIn(nobody: nobody)))
        worker = Worker("passwords", limit: Self.limit, limitOfOne: Self.limitOfOne)
        worker.start()
    }

    package var counts: Worker.Counts { worker.counts }

    package func stop() { worker.stop() }

    /// `reply` is called once: at once where no hash is computed, or else on the thread that computed it.
    package func signIn(
        _ attempt: SignIn.Attempt, reply: @escaping @Sendable (Result<SignIn.Outcome, AccountFault>) -> Void
    ) {
        let book: AccountBook
        do throws(AccountFault) { book = try file.read() } catch { return reply(.failure(error)) }
        let now = surroundings.now()
        let beginning = state.withLock { state in
            let beginning = state.signIn.begin(attempt, book: book, at: now)
            if case .check(let check) = beginning, !check.isKnown { state.strangers += 1 }
            return beginning
        }
        switch beginning {
        case .wait(let rest): reply(.success(.wait(rest)))
        case .check(let check):
            let hasRoom = check.isKnown || state.withLock { $0.strangers <= Self.limitOfStrangers }
            let isTaken =
                hasRoom && worker.post(from: Giver(check.giver), isUrgent: check.isKnown) { self.run(check, reply) }
            guard !isTaken else { return }
            state.withLock { state in
                state.signIn.withdraw(check)
                if !check.isKnown { state.strangers -= 1 }
            }
            reply(.success(.busy))
        }
    }

    /// The hash of a new password, computed where those of sign-ins are. False, and no reply, when there is no room.
    package func hash(
        _ password: String, reply: @escaping @Sendable (Result<PasswordHash, AccountFault>) -> Void
    ) -> Bool {
        worker.post(isUrgent: true) { reply(Result { () throws(AccountFault) in try PasswordHash(of: password) }) }
    }

    private func run(
        _ check: SignIn.Check, _ reply: @Sendable (Result<SignIn.Outcome, AccountFault>) -> Void
    ) {
        let password = check.attempt.password
        // Longer than any password that was ever taken; as dear as the others.
        let isRight = check.hash.isOf(password) && password.unicodeScalars.count <= PasswordRule.longest * 4
        let rehashed = isRight && check.hash.isCheap ? try? PasswordHash(of: password) : nil
        if !check.isKnown { state.withLock { $0.strangers -= 1 } }
        reply(.success(end(check, isRight: isRight, rehashed)))
    }

    private func end(_ check: SignIn.Check, isRight: Bool, _ rehashed: PasswordHash?) -> SignIn.Outcome {
        let time = surroundings.time()
        let random = surroundings.random
        func end(_ book: inout AccountBook) -> SignIn.Outcome {
            state.withLock {
                $0.signIn.end(check, isRight: isRight, rehashed: rehashed, book: &book, at: time, random: random)
            }
        }
        var book = AccountBook()
        guard isRight else { return end(&book) }
        var outcome: SignIn.Outcome?
        do throws(AccountFault) {
            return try file.update { (book: inout AccountBook) throws(AccountFault) in
                let ended = end(&book)
                outcome = ended
                return ended
            }
        } catch {
            // A file that cannot be written keeps nobody out: a code counts once all the same, by what is remembered here.
            if case .signedIn(let signedIn)? = outcome {
                return .signedIn(SignIn.SignedIn(account: signedIn.account, device: nil))
            }
            if let outcome { return outcome }
            guard let read = try? file.read() else {
                state.withLock { $0.signIn.withdraw(check) }
                return .busy
            }
            book = read
            let ended = end(&book)
            guard case .signedIn(let signedIn) = ended else { return ended }
            return .signedIn(SignIn.SignedIn(account: signedIn.account, device: nil))
        }
    }
}
