package import GatehouseCore

/// One command of the admin socket: who may give it, what it needs.
package struct CommandEntry: Hashable, Sendable {
    package var name: String
    package var roles: Set<Role>
    package var needsReason: Bool
    /// Arguments that must be there, and those that may.
    package var required: [String]
    package var optional: [String]
    package var summary: String

    init(
        _ name: String, _ roles: Set<Role>, needsReason: Bool = false, required: [String] = [],
        optional: [String] = [], _ summary: String
    ) {
        self.name = name
        self.roles = roles
        self.needsReason = needsReason
        self.required = required
        self.optional = optional
        self.summary = summary
    }
}

/// Every command, in one place. What is not here does not exist.
package enum CommandTable {
    private static let everyone = Set(Role.allCases)
    private static let desk: Set<Role> = [.guard_, .manager, .installer]
    private static let office: Set<Role> = [.manager]
    private static let review: Set<Role> = [.guard_, .manager, .auditor]

    private static let personFields = [
        "dwelling", "groups", "from", "until", "status", "responsible", "shift", "needs-time",
    ]

    package static let entries: [CommandEntry] = [
        CommandEntry("status", everyone, "portals, readers, counts, what stands against them"),
        CommandEntry("health", everyone, "conditions that stand, and what to do"),
        CommandEntry("portal open", desk, needsReason: true, required: ["portal"], "release a portal once"),
        CommandEntry("portal free", office, needsReason: true, optional: ["portal"], "free passage until ended"),
        CommandEntry("portal block", office, needsReason: true, optional: ["portal"], "nobody passes by credential"),
        CommandEntry("portal lockdown", desk, needsReason: true, optional: ["portal"], "only named staff passes"),
        CommandEntry("portal normal", desk, needsReason: true, optional: ["portal"], "credentials decide again"),
        CommandEntry("portal fire-reset", desk, needsReason: true, "end the fire release, when the input is quiet"),
        CommandEntry(
            "clock accept", [.manager, .installer], needsReason: true, "the machine's clock is right as it stands"),
        CommandEntry(
            "person add", office, required: ["reference", "name", "role"],
            optional: personFields, "put a person on the register"),
        CommandEntry("person show", office, required: ["reference"], "one person, with tenancies and credentials"),
        CommandEntry(
            "person change", office, required: ["reference"],
            optional: ["name", "role"] + personFields, "change a person"),
        CommandEntry("person remove", office, needsReason: true, required: ["reference"], "end a person"),
        CommandEntry(
            "person forgive", desk, needsReason: true, required: ["reference"],
            "forget in which area a person is, and their wrong PINs"),
        CommandEntry(
            "person forgive-all", desk, needsReason: true, "forget in which area everybody and every vehicle is"),
        CommandEntry(
            "person erase", office, needsReason: true, required: ["reference"],
            "end a person and erase what names them; the journal stays whole"),
        CommandEntry(
            "person report", [.auditor, .manager], needsReason: true, required: ["reference"],
            "all that is held about a person, at their request"),
        CommandEntry(
            "consent withdraw", office, needsReason: true, required: ["reference"],
            "a consent is taken back: faces end at once and go out of their modules"),
        CommandEntry(
            "privacy status", [.manager, .auditor], "what is kept for how long, and that nothing older is there"),
        CommandEntry("area list", everyone, "how many people and vehicles are in each area"),
        CommandEntry(
            "threat", [.manager, .guard_], needsReason: true, required: ["level"],
            "raise or end the threat level, 0 to 3"),
        CommandEntry("policy confirm", office, "the registry and the policy are up to date"),
        CommandEntry("community add", office, required: ["community", "name"], "put a community on the register"),
        CommandEntry(
            "dwelling add", office, required: ["dwelling"], optional: ["use", "places"],
            "put a dwelling on the register"),
        CommandEntry(
            "dwelling change", office, required: ["dwelling"], optional: ["use", "places"],
            "change a dwelling: owned, let, vacant, commercial; its places"),
        CommandEntry(
            "dwelling show", office, required: ["dwelling"], "one dwelling, with its people, tenancies and vehicles"),
        CommandEntry(
            "vehicle add", office, required: ["plate", "keeper"], optional: ["dwelling"],
            "put a vehicle with its plate on the register"),
        CommandEntry(
            "vehicle change", office, required: ["plate"], optional: ["keeper", "dwelling"], "change a vehicle"),
        CommandEntry("vehicle show", office, required: ["plate"], "one vehicle, with its plate and tags"),
        CommandEntry(
            "vehicle remove", office, needsReason: true, required: ["plate"], "end a vehicle, its plate and its tags"),
        CommandEntry(
            "tenancy notice", office, needsReason: true, required: ["id"], "notice was given; the last day stands"),
        CommandEntry(
            "tenancy terminate", office, needsReason: true, required: ["id"], optional: ["at"],
            "end a tenancy before its last day, at an instant or now"),
        CommandEntry(
            "tenancy renew", office, required: ["id", "until"], optional: ["contract", "beside"],
            "go on from a tenancy with another one"),
        CommandEntry("tenancy hand-back", office, required: ["id"], "the dwelling was handed back"),
        CommandEntry(
            "tenancy add", office, required: ["dwelling", "tenants", "from", "until"],
            optional: ["contract", "landlord", "beside"],
            "register a tenancy; both days count"),
        CommandEntry("tenancy show", office, required: ["id"], "one tenancy"),
        CommandEntry(
            "tenancy change", office, required: ["id"],
            optional: ["tenants", "from", "until", "contract", "landlord", "beside"],
            "change a tenancy, for instance its last day"),
        CommandEntry("tenancy remove", office, needsReason: true, required: ["id"], "end a tenancy row"),
        CommandEntry(
            "credential add", office, required: ["person", "kind"],
            optional: [
                "card", "pin", "bound", "module", "user", "from", "until", "duress", "status", "uses", "first-use",
                "vehicle", "consent",
            ],
            "give a person a card, a PIN or a face"),
        CommandEntry("credential show", office, required: ["id"], "one credential"),
        CommandEntry(
            "credential change", office, required: ["id"],
            optional: ["status", "from", "until", "uses", "first-use", "vehicle"],
            "change a credential: lost, stolen, suspended, enabled"),
        CommandEntry("credential remove", office, needsReason: true, required: ["id"], "end a credential"),
        CommandEntry(
            "pass issue", [.manager, .guard_], required: ["host", "points", "until"],
            optional: ["from", "uses", "plate"],
            "sign a pass for a visitor; a guard one that is good once and today"),
        CommandEntry("pass show", [.manager, .guard_], required: ["pass"], "what a pass says and where it stands"),
        CommandEntry("pass revoke", office, needsReason: true, required: ["pass"], "a pass opens nothing any more"),
        CommandEntry("pass list", [.manager, .guard_], optional: ["all"], "passes that are good for something"),
        CommandEntry("pass key", everyone, "the public key of the passes that are signed here"),
        CommandEntry("pass uses", office, "grants and revocations of passes, for other gates"),
        CommandEntry("pass merge", office, required: ["passes"], "take grants and revocations of other gates"),
        CommandEntry(
            "import chunk", office, required: ["file", "data"], optional: ["offset", "upload"],
            "a piece of a file to import"),
        CommandEntry(
            "import", office, optional: ["dry-run", "ends", "upload"], "take the files sent before, all or nothing"),
        CommandEntry("export", office, needsReason: true, optional: ["pieces"], "the registry as CSV"),
        CommandEntry(
            "log", review,
            optional: [
                "from", "until", "after", "person", "credential", "point", "portal", "decision", "kind", "limit",
                "follow",
            ], "what happened"),
        CommandEntry("explain", [.manager, .auditor], required: ["event"], "why a decision fell as it did"),
        CommandEntry("decide", office, required: ["as", "at"], optional: ["when", "card"], "what would be decided"),
        CommandEntry(
            "who-can", office, required: ["point"], optional: ["when", "refused"],
            "everybody who would be let in at an access point"),
        CommandEntry(
            "replay", office, needsReason: true, required: ["from", "until"],
            "past decisions with a proposed registry or policy"),
        CommandEntry(
            "tenancy report", [.manager, .auditor], "indicators of rental supervision: counts by dwelling"),
        CommandEntry(
            "tenancy evidence", [.manager, .auditor], needsReason: true, required: ["dwelling", "from", "until"],
            "the numbers of the events behind an indicator"),
        CommandEntry(
            "journal verify", [.manager, .auditor, .installer], optional: ["size"],
            "check every entry of the journal"),
        CommandEntry("reader list", everyone, "readers and how they are heard"),
        CommandEntry("reader show", everyone, required: ["reader"], "one OSDP reader, with what it says of itself"),
        CommandEntry(
            "face enrol", office, required: ["module", "person", "consent"],
            optional: ["seconds", "directions"],
            "enrol a person who stands at a face module and consented"),
        CommandEntry(
            "face delete", office, needsReason: true, required: ["module", "user"],
            "end a face and take it out of its module"),
        CommandEntry(
            "face users", [.manager, .installer], required: ["module"], "the table of a module beside the registry"),
        CommandEntry(
            "face reset", [.manager, .installer], needsReason: true, required: ["module"],
            "stop what a module does and begin anew"),
        CommandEntry(
            "reader doctor", everyone, required: ["reader"], "what is wrong with a reader's wire, and what to do"),
        CommandEntry(
            "reader trace", [.installer], needsReason: true, required: ["reader"],
            "what a reader's wire brought lately, with card numbers"),
        CommandEntry(
            "reader formats", [.manager, .installer], required: ["reader"],
            "the latest card in every format of its length"),
        CommandEntry(
            "reader text", desk, required: ["reader", "text"], optional: ["seconds"],
            "show a text at an OSDP reader"),
        CommandEntry(
            "reader move", [.installer], needsReason: true, required: ["reader"], optional: ["address", "baud"],
            "move an OSDP reader to another address or speed"),
        CommandEntry(
            "reader search", [.installer], needsReason: true, required: ["reader"],
            "look for readers at every address and speed of a bus"),
        CommandEntry("reader chunk", [.installer], required: ["file", "data"], "a piece of a file for a reader"),
        CommandEntry(
            "reader send-file", [.installer], needsReason: true, required: ["reader"], optional: ["type"],
            "send an OSDP reader the file sent before"),
        CommandEntry(
            "reader install", [.installer], needsReason: true, required: ["reader"],
            "give one reader its first key, within 5 minutes"),
        CommandEntry(
            "reader accept", [.manager, .installer], needsReason: true, required: ["reader"],
            "take the new device under the name of a reader"),
        CommandEntry(
            "reader rotate-key", [.installer], needsReason: true, required: ["reader"],
            "give a secured reader another key"),
        CommandEntry("backup", [.manager, .installer], required: ["directory"], "an encrypted copy of the database"),
        CommandEntry(
            "handover announce", office, needsReason: true, required: ["at", "receiver", "token-hash"],
            "end this operator's access at an instant"),
        CommandEntry("handover cancel", office, needsReason: true, "take the announcement back, before its instant"),
        CommandEntry(
            "handover accept", everyone, required: ["token"], "take the site, with the token of the hand-over"),
        CommandEntry(
            "watchlist activate", [.auditor], needsReason: true, required: ["document"],
            "switch the watchlist on, by a certificate of the oversight"),
        CommandEntry("watchlist import", [.auditor], required: ["document"], "take one entry signed by two"),
        CommandEntry("watchlist withdraw", [.auditor], needsReason: true, required: ["entry"], "take an entry out"),
        CommandEntry("watchlist status", [.auditor, .manager], "counts only"),
    ]

    package static func entry(_ name: String) -> CommandEntry? { byName[name] }
    private static let byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })

    /// Why the request cannot be taken from these roles; nil when it can, with the role that it is taken under.
    package static func check(
        _ request: AdminRequest, roles: Set<Role>
    ) -> Result<Role, CommandRefusal> {
        guard let entry = entry(request.command) else {
            return .failure(
                CommandRefusal(code: "unknownCommand", message: "there is no command \"\(clipped(request.command))\""))
        }
        guard let role = preference.first(where: { roles.contains($0) && entry.roles.contains($0) }) else {
            let wanted = entry.roles.map(\.word).sorted().joined(separator: " or ")
            return .failure(CommandRefusal(code: "notAllowed", message: "\"\(entry.name)\" needs the role \(wanted)"))
        }
        if let missing = entry.required.first(where: { request.arguments[$0] == nil }) {
            return .failure(CommandRefusal(code: "argumentMissing", message: "\"\(entry.name)\" needs \"\(missing)\""))
        }
        let known = Set(entry.required + entry.optional)
        if let unknown = request.arguments.keys.filter({ !known.contains($0) }).min() {
            return .failure(
                CommandRefusal(
                    code: "argumentUnknown", message: "\"\(entry.name)\" has no argument \"\(clipped(unknown))\""))
        }
        if entry.needsReason, !Order.isReason(request.reason) {
            return .failure(
                CommandRefusal(code: "reasonMissing", message: "\"\(entry.name)\" needs a reason: --reason \"…\""))
        }
        return .success(role)
    }

    /// Who has several roles acts in the one that sees most.
    private static let preference: [Role] = [.manager, .auditor, .installer, .guard_, .viewer]

    private static func clipped(_ text: String) -> String { String(text.prefix(64)) }
}

package struct CommandRefusal: Error, Hashable, Sendable {
    package var code: String
    package var message: String
    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
