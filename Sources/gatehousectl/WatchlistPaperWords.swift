import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister

/// A document of the watchlist, for the people who sign it.
struct PaperWords {
    let isChinese: Bool

    private func say(_ english: String, _ chinese: String) -> String { isChinese ? chinese : english }

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
                    [say("an activation of the watchlist", "布控启用证书"), ""],
                    [say("authority", "机关"), text("authority")],
                    [say("legal basis", "法律依据"), text("legal_basis")],
                    [say("assessment", "影响评估"), text("assessment")],
                    [say("sites", "小区"), list("communities")],
                    [say("runs", "有效期"), "\(time("not_before")) - \(time("not_after"))"],
                    [say("signers of entries", "条目签署公钥"), list("signers")],
                ]))
        case .entry:
            print(
                table([
                    [say("an entry of the watchlist", "布控条目"), ""],
                    [say("id", "编号"), text("id")],
                    [say("case", "案件号"), text("case")],
                    [say("legal basis", "法律依据"), text("legal_basis")],
                    [say("category", "类别"), text("category")],
                    [say("portals", "通道"), list("portals")],
                    [say("runs", "有效期"), "\(time("valid_from")) - \(time("expires"))"],
                    [say("matches", "匹配"), list("match")],
                    [say("least confidence", "最低置信度"), "\(look.members["minimum_confidence"]?.integer ?? -1)"],
                ]))
        }
        for signature in look.signatures {
            guard let key = signature.key else {
                print(say("signed by: a key that is not known here, or not this document", "签名：未知公钥，或签的不是此文件"))
                continue
            }
            print("\(say("signed by", "签名")): \(Base64.encode(key, isURLSafe: true))\(role(of: key, known, over))")
        }
        missing(look, over)
    }

    private func role(of key: [UInt8], _ known: PaperPlace.Known, _ over: WatchlistActivation?) -> String {
        if key == known.place.oversightKey { return say(" (the oversight)", "（监督方）") }
        guard let over else { return "" }
        guard let place = over.signers.firstIndex(of: key) else {
            return say(" (no signer of the activation)", "（不是证书所列签署人）")
        }
        return say(" (signer \(place + 1) of the activation)", "（证书所列签署人 \(place + 1)）")
    }

    private func missing(_ look: WatchlistDocument.Look, _ over: WatchlistActivation?) {
        switch look.kind {
        case .activation where look.signatures.isEmpty: print(say("missing: the oversight's signature", "缺：监督方签名"))
        case .activation: break
        case .entry:
            let count = Set(look.signatures.compactMap(\.key).filter { over?.signers.contains($0) ?? true }).count
            guard count < 2 else { return }
            let of = (over.map { look.missing(of: $0.signers) } ?? []).map { Base64.encode($0, isURLSafe: true) }
            let whose = of.isEmpty ? "" : say(" of: ", "，可由：") + of.joined(separator: ", ")
            print(say("missing: \(2 - count) more signatures", "缺：还需 \(2 - count) 个签名") + whose)
        }
    }

    func tell(
        _ kind: WatchlistDocument.Kind, _ refusal: WatchlistDocument.Refusal?, _ known: PaperPlace.Known,
        hasActivation: Bool
    ) {
        if known.place.site == nil {
            print(say("not checked: site, portals and oversight key (--config)", "未核对：小区、通道、监督公钥（--config）"))
        }
        if kind == .entry {
            if !hasActivation {
                print(
                    say("not checked: whether the activation names its signers (--activation)", "未核对：签署人（--activation）")
                )
            }
            print(say("not checked: whether the people are on the register, and the cap", "未核对：人员是否登记、条目上限"))
        }
        guard let refusal else { return print(say("the daemon would take it", "网关会接受")) }
        let code = kind == .activation ? "certificateRefused" : "entryRefused"
        print("\(say("the daemon would refuse it", "网关会拒绝")): \(code): \(plain(refusal.message))")
    }
}
