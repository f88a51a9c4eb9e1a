internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseThreads

/// The uplink's end of the socket, for all its threads. Reports of pictures are in the ledger until the daemon has noted
/// them, and are said again to the next daemon; what becomes of alerts is said once, for the daemon asks again.
///
/// A class because threads share it.
final class DaemonLink: Sendable {
    /// Reports that wait to be noted at once; the rest follows, so that years of them do not flood the daemon.
    static let window = 256

    private struct State {
        var client: AdminClient?
        /// Counts connections.
        var connection = 0
        var run = "-"
        var first: UInt64 = 0
        var pictureKey: [UInt8]?
        var ledger: ReportLedger
        /// Reports whose picture is in place or gone: they may be said.
        var ready: Set<UInt64>
        var queue: [UInt64] = []
        var unnoted: Set<UInt64> = []

        /// Of an event that no daemon committed: its number belongs to another one now. What expires or is sealed was noted once,
        /// and so its event was committed.
        func isForeign(_ report: ReportLedger.Report) -> Bool {
            switch report.row.result {
            case .stored, .missing: report.run != run && report.row.event >= first
            case .expired, .sealed: false
            }
        }

        mutating func pump() {
            guard let client else { return }
            var taken = 0
            for number in queue {
                guard unnoted.count < DaemonLink.window else { break }
                taken += 1
                guard let report = ledger[number] else { continue }
                unnoted.insert(number)
                say(.picture(report.row, report: number), client)
            }
            queue.removeFirst(taken)
        }

        /// A connection that does not take a whole line is over, and the thread that reads from it hears so.
        func say(_ message: UplinkMessage, _ client: AdminClient) {
            if (try? client.send(Array(message.line.utf8) + [10])) == nil { client.disconnect() }
        }
    }
    private let state: Guarded<State>

    init(ledger: ReportLedger) {
        let ready = Set(ledger.numbers)
        state = Guarded(State(ledger: ledger, ready: ready))
    }

    /// The run of the daemon that is connected, or was.
    var run: String { state.withLock { $0.run } }
    /// What pictures are sealed to; nil where the daemon gave none.
    var pictureKey: [UInt8]? { state.withLock { $0.pictureKey } }
    var isOpen: Bool { state.withLock { $0.client != nil } }
    var hasRoom: Bool { state.withLock { $0.ledger.hasRoom } }

    /// The daemon has welcomed us. What comes back are reports of events that it never committed: a number of an
    /// earlier run at or past its first one belongs to another event now.
    func open(_ client: AdminClient, run: String, first: UInt64, pictureKey: [UInt8]?) -> [SnapshotRow] {
        state.withLock { state in
            state.pictureKey = pictureKey
            state.client = client
            state.connection += 1
            state.run = run
            state.first = first
            let ledger = state.ledger
            let foreign = ledger.numbers.filter { ledger[$0].map { state.isForeign($0) } ?? false }
            let events = Set(foreign.compactMap { ledger[$0]?.row.event })
            let rows = foreign.compactMap { ledger[$0]?.row }
            for number in ledger.numbers where ledger[number].map({ events.contains($0.row.event) }) ?? false {
                ledger.remove(number)
            }
            state.unnoted = []
            state.ready.formIntersection(ledger.numbers)
            state.queue = ledger.numbers.filter { state.ready.contains($0) }
            state.pump()
            return rows
        }
    }

    func close() {
        state.withLock { state in
            state.client = nil
            state.queue = []
            state.unnoted = []
        }
    }

    /// Writes down what is about to be done. What is of an event that was never committed gets no number.
    func write(_ rows: [SnapshotRow], run: String) -> [UInt64] {
        state.withLock { state in
            let rows = rows.filter { !state.isForeign(ReportLedger.Report(run: run, row: $0)) }
            return rows.isEmpty ? [] : state.ledger.add(rows, run: run)
        }
    }

    /// It is done.
    func say(_ numbers: [UInt64]) {
        state.withLock { state in
            state.ready.formUnion(numbers)
            guard state.client != nil else { return }
            state.queue += numbers
            state.pump()
        }
    }

    /// It was not done after all, or it is in the journal.
    func forget(_ numbers: [UInt64]) {
        state.withLock { state in
            for number in numbers {
                state.ledger.remove(number)
                state.ready.remove(number)
                state.unnoted.remove(number)
            }
            state.pump()
        }
    }

    func report(_ row: SnapshotRow, run: String) { say(write([row], run: run)) }

    /// The connection that there is, or the last one.
    var connection: Int { state.withLock { $0.connection } }

    /// An answer goes back on the connection that asked for it, or nowhere: the next one asks again.
    func send(_ message: UplinkMessage, on connection: Int? = nil) {
        state.withLock { state in
            if let connection, connection != state.connection { return }
            if let client = state.client { state.say(message, client) }
        }
    }
}
