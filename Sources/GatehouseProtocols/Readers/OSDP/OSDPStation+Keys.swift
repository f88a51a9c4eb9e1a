import GatehouseCore

/// Giving a reader a new key (OSDP 2.2, 6.20 KEYSET): the first one under SCBK-D, within a window that somebody opened, or
/// another one within a session. The old key is kept until the reader has proved the new one.
extension OSDPStation {
    struct KeyChange: Sendable {
        var octets: [UInt8]
        var isInstallation: Bool
        var until: MonotonicTime
        /// KEYSET went out: from now on the reader may have the new key, whatever is heard of it.
        var wasSaid = false
        /// The next handshake of an installation is under the new key.
        var isNewAsked = false
    }

    /// While a first key waits to be given, the reader is asked under SCBK-D.
    var wantsDefaultKey: Bool { keyChange.map { $0.isInstallation && !$0.isNewAsked } ?? false }

    /// False when the reader is not in the state for it, or the key is none.
    mutating func changeKey(
        _ octets: [UInt8], isInstallation: Bool, for window: Duration, at now: MonotonicTime
    ) -> Bool {
        guard keyChange == nil, security.isRequired, isInstallation != (reported == .online), security.add(octets)
        else { return false }
        keyChange = KeyChange(octets: octets, isInstallation: isInstallation, until: now + window)
        guard isInstallation else { return true }
        startOver()
        isSilent = false
        notBefore = now
        return true
    }

    /// The window closes by itself, whatever the line does.
    mutating func closeWindow(at now: MonotonicTime) -> [ReaderSignal] {
        guard let change = keyChange, now >= change.until else { return [] }
        let signals = endKeyChange(change.wasSaid ? .unproven : .expired)
        if change.isInstallation || phase == .startUp(.keySet) { startOver() }
        return signals
    }

    /// In a session of the present key the new one is said before the next command.
    mutating func beginKeySet() {
        guard let change = keyChange, !change.isInstallation, !change.wasSaid, phase == .polling, exchange == nil,
            security.isOpen
        else { return }
        phase = .startUp(.keySet)
        isRekeying = true
    }

    mutating func keySet() -> OSDPCommand {
        guard let change = keyChange else { preconditionFailure("a KEYSET without a key") }
        keyChange?.wasSaid = true
        return .keySet(change.octets)
    }

    /// Both ends drop the session; the next one is under the new key.
    mutating func keySetAnswered(_ reply: OSDPReply, at now: MonotonicTime) -> [ReaderSignal] {
        guard let change = keyChange else { return complete(at: now) }
        guard reply == .ack else {
            let signals = endKeyChange(.refused)
            guard !change.isInstallation else {
                startOver()
                return signals
            }
            isRekeying = false
            phase = .polling
            return complete(at: now) + signals
        }
        askNewKey()
        startOver()
        isRekeying = !change.isInstallation
        return []
    }

    /// A handshake worked. Once KEYSET was said it ends the change: under the new key well, under an old one not. Of the
    /// keys that a change before left behind, the proven one remains.
    mutating func keyProven() -> [ReaderSignal] {
        guard !security.isUnderDefaultKey else { return [] }
        guard let change = keyChange else {
            keptKeys = security.keepProvenKey() ?? keptKeys
            return []
        }
        guard change.wasSaid else { return [] }
        let isNew = security.isUnderNewestKey
        keptKeys = security.keepProvenKey() ?? [0]
        keyChange = nil
        return [.keyChange(isNew ? .kept : .refused)]
    }

    /// Again within the window, after a second. When the reader may have the new key, that is tried in turn with SCBK-D.
    mutating func tryInstallationAgain(at now: MonotonicTime) -> [ReaderSignal] {
        if let change = keyChange, change.wasSaid {
            if change.isNewAsked { keyChange?.isNewAsked = false } else { askNewKey() }
        }
        startOver()
        notBefore = now + Self.slowTry
        return []
    }

    private mutating func askNewKey() {
        keyChange?.isNewAsked = true
        security.tryNewestKey()
    }

    private mutating func endKeyChange(_ end: KeyChangeEnd) -> [ReaderSignal] {
        keyChange = nil
        if end != .unproven { keptKeys = security.forgetNewestKey() }
        return [.keyChange(end)]
    }
}
