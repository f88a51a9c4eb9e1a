import GatehouseCore
import GatehouseDevices
import Testing

struct SystemClockTests {
    typealias Row = (
        clock: Int64, synchronization: SystemClock.Synchronization, trust: SystemClock.Trust, civil: Int64,
        isTrusted: Bool
    )
    static let floor = CivilTime(seconds: 1000)
    static let rows: [Row] = [
        (999, .synchronized, .synchronized, 1000, false),
        (999, .synchronized, .notBehindFloor, 1000, false),
        (1000, .synchronized, .synchronized, 1000, true),
        (2000, .synchronized, .synchronized, 2000, true),
        (2000, .unsynchronized, .synchronized, 2000, false),
        (2000, .unknown, .synchronized, 2000, false),
        (2000, .unsynchronized, .notBehindFloor, 2000, true),
        (2000, .unknown, .notBehindFloor, 2000, true),
    ]

    @Test(arguments: rows)
    func theCivilClockIsTrustedOnlyWithAReason(row: Row) {
        let judged = SystemClock.judge(
            CivilTime(seconds: row.clock), floor: Self.floor, synchronization: row.synchronization, trust: row.trust)
        #expect(judged.civil == CivilTime(seconds: row.civil))
        #expect(judged.isTrusted == row.isTrusted)
    }

    @Test func aReadingIsNeverBeforeTheFloor() {
        let future = CivilTime(seconds: 32_503_680_000)
        let reading = SystemClock(trust: .notBehindFloor).read(floor: future)
        #expect(reading.civil == future)
        #expect(!reading.isTrusted)
        let today = SystemClock(trust: .notBehindFloor).read(floor: CivilTime(seconds: 0))
        #expect(today.isTrusted)
        #expect(today.monotonic <= SystemClock.monotonic())
    }
}
