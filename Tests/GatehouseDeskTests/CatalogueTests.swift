import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import Testing

/// The rows of the catalogue as they were agreed. Whoever changes a row changes it here as well, and knows that they do.
@Suite("Catalogue of commands")
struct CatalogueTests {
    /// Who may give it (viewer, guard, manager, installer, auditor), whether with a reason, where it waits, how long it lives.
    static let rows = """
        status              VGMIA -      register  question
        health              VGMIA -      register  question
        metrics             VGMIA -      register  question
        area list           VGMIA -      register  question
        policy confirm      --M-- -      register  change
        clock accept        --MI- reason openings  order
        threat              -GM-- reason openings  order
        backup              --MI- reason questions question
        portal open         -GMI- reason openings  order
        portal free         --M-- reason openings  order
        portal block        -GM-- reason openings  order
        portal lockdown     -GMI- reason openings  order
        portal normal       -GM-- reason openings  order
        portal fire-reset   -GMI- reason openings  order
        alarm list          VGMIA -      register  question
        alarm ack           -GM-- reason openings  order
        shift end           -GM-- -      questions question
        find                -GM-- -      questions question
        inside              -GM-- -      register  question
        person add          --M-- -      register  change
        person show         --M-- -      questions question
        person list         --M-- -      questions question
        person change       --M-- -      register  change urgent
        person remove       --M-- -      register  change urgent
        person resume       -GMI- reason register  change
        person resume-all   --M-- reason register  change
        person erase        --M-- reason register  change urgent
        person report       --M-A reason questions question
        consent withdraw    --M-- reason register  change urgent
        privacy status      --M-A -      questions question
        community add       --M-- -      register  change
        dwelling add        --M-- -      register  change
        dwelling change     --M-- -      register  change
        dwelling show       --M-- -      questions question
        dwelling list       --M-- -      questions question
        dwelling remove     --M-- reason register  change urgent
        vehicle add         --M-- -      register  change
        vehicle change      --M-- -      register  change
        vehicle show        --M-- -      questions question
        vehicle list        --M-- -      questions question
        vehicle remove      --M-- reason register  change urgent
        tenancy add         --M-- -      register  change
        tenancy change      --M-- -      register  change urgent
        tenancy show        --M-- -      questions question
        tenancy list        --M-- -      questions question
        tenancy notice      --M-- reason register  change
        tenancy terminate   --M-- reason register  change urgent
        tenancy renew       --M-- -      register  change
        tenancy hand-back   --M-- -      register  change
        tenancy remove      --M-- reason register  change urgent
        tenancy report      --M-A -      questions question
        tenancy evidence    --M-A reason questions question
        report month        --M-A -      questions question
        credential add      --M-- -      register  change
        credential show     --M-- -      questions question
        credential list     --M-- -      questions question
        credential change   --M-- -      register  change urgent
        credential replace  --M-- -      register  change urgent
        credential remove   --M-- -      register  change urgent
        credential suspend  -GM-- reason register  change urgent
        credential resume   --M-- reason register  change
        pass issue          -GM-- -      register  change
        pass show           -GM-- -      questions question
        pass remove         --M-- reason register  change urgent
        pass list           -GM-- -      questions question
        pass key            VGMIA -      register  question
        pass uses           --M-- -      questions question
        pass merge          --M-- -      register  change
        import chunk        --M-- -      register  change
        import              --M-- -      questions change
        export              --M-- reason questions question
        log                 -GM-A -      questions question
        picture show        -GM-A -      questions question
        camera test         --MI- reason devices order
        explain             --M-A -      questions question
        why                 --M-A reason questions question
        decide              --M-- -      questions question
        who-can             --M-- -      questions question
        replay              --M-- reason questions question
        journal verify      --MIA -      questions question
        journal settle      --M-A reason register  change
        journal checkpoint  --MIA -      questions question
        journal prove       --M-A -      questions question
        journal prove-append --MIA -     questions question
        case export         --M-A reason questions question
        reader list         VGMIA -      register  question
        reader show         VGMIA -      devices   order
        reader doctor       VGMIA -      register  question
        reader trace        ---I- reason questions question
        reader formats      --MI- reason questions question
        reader text         -GMI- -      devices   order
        reader move         ---I- reason devices   order
        reader search       ---I- reason devices   order
        reader chunk        ---I- -      register  change
        reader send-file    ---I- reason devices   order
        reader install      ---I- reason devices   order
        reader accept       --MI- reason devices   order
        reader rotate-key   ---I- reason devices   order
        reader resume       -GMI- reason openings  order
        walk-test start     ---I- reason openings  order
        walk-test step      ---I- -      openings  order
        walk-test end       ---I- -      questions change
        walk-test report    --MIA -      questions question
        face enrol          --M-- -      devices   order
        face remove         --M-- reason register  change urgent
        face users          --MI- -      devices   order
        face reset          --MI- reason devices   order
        handover announce   --M-- reason register  change
        handover confirm    -G-IA reason register  change
        handover withdraw   --M-- reason register  change
        handover accept     VGMIA -      register  change
        watchlist activate  ----A reason register  change
        watchlist deactivate ----A reason register  change
        watchlist import    ----A -      register  change
        watchlist remove    ----A reason register  change
        watchlist status    --M-A -      register  question
        watchlist counters  ----A reason questions question
        """

    private static func row(_ name: CommandName) -> String {
        let entry = name.entry
        let letters: [(Role, String)] = [
            (.viewer, "V"), (.guard_, "G"), (.manager, "M"), (.installer, "I"), (.auditor, "A"),
        ]
        let roles = letters.map { entry.roles.contains($0.0) ? $0.1 : "-" }.joined()
        let words = [
            roles, entry.needsReason ? "reason" : "-", "\(entry.lane)", "\(entry.life)", entry.isUrgent ? "urgent" : "",
        ]
        return ([name.rawValue] + words.filter { !$0.isEmpty }).joined(separator: " ")
    }

    @Test func everyRowIsAsItWasAgreed() {
        let agreed = Self.rows.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(CommandName.allCases.map(Self.row) == agreed)
    }

    @Test func livesAreAsLongAsWasPromised() {
        #expect(CommandLife.order.longest == .seconds(5) && CommandLife.order.diesWithItsSender)
        #expect(CommandLife.change.longest == .seconds(60) && !CommandLife.change.diesWithItsSender)
        #expect(CommandLife.question.longest == .seconds(600) && CommandLife.question.diesWithItsSender)
    }

    /// A sender may give a command less time than it has, and never more.
    @Test(arguments: [
        ("", 5000), (#","life":0"#, 0), (#","life":1200"#, 1200), (#","life":9223372036854775807"#, 5000),
    ])
    func aSenderMayShortenALife(member: String, milliseconds: Int64) throws {
        let line = try AdminLine(Array(#"{"v":1,"command":"portal open"\#(member)}"#.utf8))
        #expect(line.command.entry.life(of: line) == .milliseconds(milliseconds))
    }

    /// Whoever has several roles acts in the one that sees most, among those that may.
    @Test func whoHasSeveralRolesActsInTheOneThatSeesMost() {
        #expect(CommandName.log.entry.role(of: [.guard_, .auditor, .viewer]) == .auditor)
        #expect(CommandName.portalOpen.entry.role(of: [.auditor, .guard_, .installer]) == .installer)
        #expect(CommandName.portalOpen.entry.role(of: [.auditor, .viewer]) == nil)
    }

    /// What a command was called goes on, and is no name of today.
    @Test func namesOfBeforeGoOn() {
        for (old, name) in CommandName.former {
            #expect(CommandName(rawValue: old) == nil && CommandName(said: old) == name)
        }
        for name in CommandName.allCases { #expect(CommandName(said: name.rawValue) == name) }
        #expect(CommandName(said: "pass") == nil && CommandName(said: "") == nil)
        #expect(CommandName.nearest(to: "pass remov") == .passRemove)
    }
}
