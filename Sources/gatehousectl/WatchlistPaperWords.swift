import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister

/// A document of the watchlist, for the people who sign it.
struct PaperWords {
    func tell(_ look: WatchlistDocument.Look, _ known: PaperPlace.Known, _ over: WatchlistActivation?) {
        func text(_ name: String) -> String { plain(look.members[name]?.string ?? "?") }
        func list(_ name: String) -> String {
            plain((look.members[name]?.array ?? []).map { $0.string ?? $0.line }.joined(separator: ", "))
        }
        func time(_ name: String) -> String { known.text(look.members[name]?.integer) }
        switch look.kind {
        case .activation:
            print(
                table([
                    [words("an activation of the watchlist"), ""],
                    [words("authority"), text("authority")],
                    [words("legal basis"), text("legal_basis")],
                    [words("assessment"), text("assessment")],
                    [words("sites"), list("communities")],
                    [words("runs"), "\(time("not_before")) - \(time("not_after"))"],
                    [words("signers of entries"), list("signers")],
                ]))
        case .deactivation:
            print(
                table([
                    [words("the end of an activation of the watchlist"), ""],
                    [words("activation"), text("activation")],
                    [words("sites"), list("communities")],
                ]))
        case .entry:
            print(
                table([
                    [words("an entry of the watchlist"), ""],
                    [words("id"), text("id")],
                    [words("case"), text("case")],
                    [words("legal basis"), text("legal_basis")],
                    [words("category"), text("category")],
                    [words("portals"), list("portals")],
                    [words("runs"), "\(time("valid_from")) - \(time("expires"))"],
                    [words("matches"), list("match")],
                    [words("somebody under 18"), look.members["minor"]?.boolean.map { "\($0)" } ?? "?"],
                    [words("least confidence"), "\(look.members["minimum_confidence"]?.integer ?? -1)"],
                ]))
        }
        for signature in look.signatures {
            guard let key = signature.key else {
                print(words("signed by: a key that is not known here, or not this document"))
                continue
            }
            print(words("signed by: \(Base64.encode(key, isURLSafe: true))") + role(of: key, known, over))
        }
        missing(look, over)
    }

    private func role(of key: [UInt8], _ known: PaperPlace.Known, _ over: WatchlistActivation?) -> String {
        if key == known.place.oversightKey { return " " + words("(the oversight)") }
        guard let over else { return "" }
        guard let place = over.signers.firstIndex(of: key) else {
            return " " + words("(no signer of the activation)")
        }
        return " " + words("(signer \(place + 1) of the activation)")
    }

    private func missing(_ look: WatchlistDocument.Look, _ over: WatchlistActivation?) {
        switch look.kind {
        case .activation where look.signatures.isEmpty, .deactivation where look.signatures.isEmpty:
            print(words("missing: the oversight's signature"))
        case .activation, .deactivation: break
        case .entry:
            let count = Set(look.signatures.compactMap(\.key).filter { over?.signers.contains($0) ?? true }).count
            guard count < 2 else { return }
            let of = (over.map { look.missing(of: $0.signers) } ?? []).map { Base64.encode($0, isURLSafe: true) }
            print(
                of.isEmpty
                    ? words("missing: \(2 - count, "more signature", "more signatures")")
                    : words("missing: \(2 - count, "more signature", "more signatures") of: \(of)"))
        }
    }

    func tell(
        _ kind: WatchlistDocument.Kind, _ refusal: WatchlistDocument.Refusal?, _ known: PaperPlace.Known,
        hasActivation: Bool
    ) {
        if known.place.site == nil {
            print(words("not checked: site, portals and oversight key (--config)"))
        }
        if kind == .entry {
            if !hasActivation {
                print(
                    words("not checked: whether the activation names its signers (--activation)")
                )
            }
            print(words("not checked: whether the people are on the register, and the cap"))
        }
        guard let refusal else { return print(words("the daemon would take it")) }
        let code = kind == .entry ? "entryRefused" : "certificateRefused"
        print(words("the daemon would refuse it") + ": \(code): \(plain(words("\(refusal.message)")))")
    }
}
