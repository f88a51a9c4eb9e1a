import GatehouseAdmin
import GatehouseCore
import Testing

@Suite("The sentence of why")
struct WhySentenceTests {
    private func reply(_ cause: Why.Cause?, reason: String, outcome: String = "denied") -> Why.Reply {
        Why.Reply(
            entry: EntryView(
                seq: 7, at: "2026-11-26T18:02:11.123+08:00", ms: 0, kind: "decision", revision: 1, point: "wicket-in",
                outcome: outcome, reason: reason), cause: cause, rules: [], others: [], leftOut: nil)
    }

    @Test func aLostCardInBothLanguages() {
        var cause = Why.Cause(what: "lost", kind: "card", value: "H10301:…603")
        cause.since = "2026-11-20T09:12:00.000+08:00"
        cause.by = "anna"
        cause.note = "at the desk"
        let reply = reply(cause, reason: "CredentialNotEnabled")
        #expect(
            WhySentence.text(reply, .english)
                == "2026-11-26 18:02 at wicket-in: refused, the card H10301:…603 was lost since 2026-11-20 09:12, reported by anna: \"at the desk\""
        )
        #expect(
            WhySentence.text(reply, .chinese)
                == "2026-11-26 18:02 wicket-in：拒绝，卡 H10301:…603 已挂失（自 2026-11-20 09:12 起，登记人 anna）：“at the desk”")
    }

    @Test func anEndedTenancyInBothLanguages() {
        var cause = Why.Cause(what: "tenancyEnded")
        cause.until = "2026-11-25T00:00:00.000+08:00"
        cause.since = "2026-11-20T09:12:00.000+08:00"
        cause.by = "anna"
        let reply = reply(cause, reason: "TenancyEnded")
        #expect(
            WhySentence.text(reply, .english)
                == "2026-11-26 18:02 at wicket-in: refused, the tenancy ended at 2026-11-25 00:00; so written at 2026-11-20 09:12 by anna"
        )
        #expect(
            WhySentence.text(reply, .chinese)
                == "2026-11-26 18:02 wicket-in：拒绝，租约已于 2026-11-25 00:00 到期（登记于 2026-11-20 09:12，登记人 anna）")
    }

    @Test func everyReasonGivesASentenceInBothLanguages() {
        for reason in DenialReason.allCases {
            let reply = reply(nil, reason: reason.word)
            for language in Language.allCases {
                #expect(WhySentence.text(reply, language).hasSuffix(Words.reason(reason.word, language)))
            }
        }
        #expect(
            WhySentence.text(reply(nil, reason: "", outcome: "granted"), .english).contains("at wicket-in: granted"))
    }

    @Test(arguments: [
        ("H10301:118-1603", "H10301:…603"), ("H10301:1-2", "H10301:…2"), ("MF:0412345678", "MF:…5678"),
        ("粤B12345", "粤B12345"),
    ])
    func aCardIsMaskedButForItsEnd(value: String, masked: String) {
        #expect(WhySentence.masked(value) == masked)
    }
}
