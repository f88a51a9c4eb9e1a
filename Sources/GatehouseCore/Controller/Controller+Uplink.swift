extension Controller {
    /// How long an uplink has to keep the rules before what it did is over.
    private static let probation: Duration = .seconds(3600)

    /// It answered what it was not asked.
    mutating func blameUplink(_ step: inout Step) {
        uplinkBlamedUntil = step.now.monotonic + Self.probation
        set(.uplinkMisbehaves, "", true, &step)
    }

    mutating func settleUplinkBlame(_ step: inout Step) {
        guard let until = uplinkBlamedUntil, until <= step.now.monotonic else { return }
        uplinkBlamedUntil = nil
        set(.uplinkMisbehaves, "", false, &step)
    }
}
