package import GatehouseCore

/// Another key for the heads of a journal. Each epoch signs with a key of its own, so a rotation begins an epoch, and with it another
/// name of the log: whoever holds heads of the old name has only the old key to check them by. The last head of the old key covers
/// all that stands before; the first entry under the new one carries that head, and names both keys.
package enum KeyRotation {
    /// What signs in an epoch, and what it is known by.
    package struct Log: Sendable {
        package var signer: CheckpointSigner
        package var key: String

        package init(signer: CheckpointSigner, key: String) { (self.signer, self.key) = (signer, key) }
    }

    package struct Done: Hashable, Sendable {
        package var epoch: UInt64
        /// The number of its first entry.
        package var first: UInt64
        package var key: String
    }

    /// Nothing was changed.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package let sentence: Sentence
        package var description: String { sentence.english }
    }

    /// - Parameter log: what signs in an epoch.
    package static func carryOut(
        database path: String, at now: CivilTime, actor: String, reason: String, secrets: StoreSecrets,
        log: (_ epoch: UInt64) throws -> Log
    ) throws -> Done {
        guard Files.exists(path) else { throw Refusal(sentence: Sentence("\(path): there is no journal yet")) }
        if let obstacle = StoreOpener.obstacle(path, keyMark: secrets.keyMark) { throw Refusal(sentence: obstacle) }
        guard try HeadCheck.look(path, secrets).state.isGood else {
            throw Refusal(
                sentence: Sentence(
                    "\(path) is not what was written last: start gatehoused, which puts it in order and says what it found"
                ))
        }
        let (epoch, next) = Backup.behind(path, secrets)
        let old = try log(epoch)
        guard try CheckpointKeeper(path: path, secrets: secrets, signer: old.signer).make() != nil else {
            throw Refusal(sentence: Sentence("\(path): there is no journal yet"))
        }
        let new = try log(epoch + 1)
        var detail: [String: CanonicalValue] = [:]
        detail[.key] = .text(new.key)
        detail[.keyBefore] = .text(old.key)
        detail[.reason] = .text(reason)
        try Backup.begin(
            epoch: epoch + 1, first: next, in: path, at: now, actor: actor, source: "rotation", detail: detail, secrets)
        return Done(epoch: epoch + 1, first: next, key: new.key)
    }
}
