import GatehouseCore
import GatehouseUplink
import Testing

@Suite("Reports of pictures")
struct LedgerTests {
    let place = Place()
    var path: String { "\(place.path)/reports" }

    static func stored(_ event: UInt64) -> SnapshotRow {
        SnapshotRow(
            event: event, camera: "c",
            result: .stored(path: "2026/11/20/\(event)-c-00.jpg", size: 9, digest: [UInt8](repeating: 200, count: 32)))
    }
    static let rows = [
        stored(4), SnapshotRow(event: 5, camera: "gate-2", result: .missing(.tlsFailed)),
        SnapshotRow(event: 1, camera: "c", result: .expired),
    ]

    @Test func outliveTheProcess() {
        let numbers = ReportLedger(path: path).add(Self.rows, run: "aa")
        let again = ReportLedger(path: path)
        #expect(again.numbers == numbers)
        #expect(numbers.compactMap { again[$0] } == Self.rows.map { ReportLedger.Report(run: "aa", row: $0) })
        #expect(again.add([Self.stored(6)], run: "bb").allSatisfy { $0 > numbers.max()! })
    }

    @Test func areForgottenWhenTheyAreNoted() {
        let ledger = ReportLedger(path: path)
        let numbers = ledger.add(Self.rows, run: "aa")
        ledger.remove(numbers[1])
        #expect(ledger.numbers == [numbers[0], numbers[2]])
        ledger.remove(numbers[0])
        ledger.remove(numbers[2])
        #expect(ledger.count == 0 && place.read("reports").isEmpty)
        #expect(ReportLedger(path: path).count == 0)
    }

    /// A power cut in the midst of a line: what came before it stands, and what comes after it too.
    @Test func tornLineSpoilsNoOther() {
        _ = ReportLedger(path: path).add([Self.stored(4)], run: "aa")
        let text = place.read("reports")
        for length in 1..<text.utf8.count {
            place.write(text + String(text.prefix(length)), to: "reports")
            let ledger = ReportLedger(path: path)
            #expect(ledger.count == 1)
            _ = ledger.add([Self.stored(8)], run: "aa")
            #expect(ReportLedger(path: path).numbers.compactMap { ledger[$0]?.row.event } == [4, 8])
        }
    }
}

@Suite("Calling the daemon")
struct CallBackTests {
    @Test func pausesGrowToABoundAndAnAnswerStartsThemAnew() {
        var callBack = CallBack()
        #expect(
            (0..<8).map { _ in callBack.pause().wholeMilliseconds } == [200, 400, 800, 1600, 3200, 5000, 5000, 5000])
        callBack.answered()
        #expect(callBack.pause() == .milliseconds(200))
    }
}
