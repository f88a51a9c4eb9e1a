import GatehouseCore
import Logging
import Testing

@testable import GatehouseDaemon

/// What a fleet is watched by: codes and places, and nobody.
@Suite struct NightLogTests {
    private func entry(_ kind: EntryKind, _ result: EntryOutcome, _ reason: String? = nil) -> JournalEntry {
        var entry = JournalEntry(kind: kind)
        entry.result = result
        entry.reason = reason
        return entry
    }

    @Test func alarmsAndTheirEndsAreTold() {
        let forced = HealthCode.portalForced.rawValue
        let raised = NightLog.line(entry(.health, .on, forced))
        #expect(raised?.0 == .warning && raised?.1 == "alarm: portalForced")
        let over = NightLog.line(entry(.health, .off, forced))
        #expect(over?.0 == .notice && over?.1 == "over: portalForced")
        #expect(NightLog.line(entry(.fire, .active))?.1 == "fire: active")
        #expect(NightLog.line(entry(.lockout, .on))?.1 == "alarm: lockout")
    }

    @Test func whatIsNoAlarmAndWhoPassedIsNot() {
        #expect(NightLog.line(entry(.health, .on, HealthCode.uplinkAway.rawValue)) == nil)
        for kind in EntryKind.allCases where ![.health, .fire, .posture, .tailgated, .lockout].contains(kind) {
            #expect(NightLog.line(entry(kind, .done)) == nil, "\(kind)")
        }
    }

    /// Its subject is the number of somebody's credential.
    @Test func aSuspendedCredentialHasNoPlace() {
        var suspended = entry(.health, .on, HealthCode.credentialSuspended.rawValue)
        suspended.detail[.subject] = .text("1603")
        #expect(NightLog.line(suspended)?.1 == "alarm: credentialSuspended")
        #expect(NightLog.place(of: suspended) == nil)
        var forced = entry(.health, .on, HealthCode.portalForced.rawValue)
        forced.detail[.subject] = .text("wicket")
        #expect(NightLog.place(of: forced) == "wicket")
    }
}
