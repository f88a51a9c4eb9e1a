internal import GatehouseAdmin
package import GatehouseCore
internal import Glibc

/// What the daemon has not noted yet about pictures, in a file of lines that outlives both programs. A report is
/// written before what it says is done, and forgotten when it is in the journal.
///
/// Not for use by several threads at once. A class because it owns a descriptor.
package final class ReportLedger {
    package struct Report: Hashable, Sendable {
        /// The run of the daemon that the event belongs to.
        package var run: String
        package var row: SnapshotRow
        package init(run: String, row: SnapshotRow) {
            self.run = run
            self.row = row
        }
    }

    /// Past it no picture is taken and none expires.
    package static let limit = 100_000
    private static let longestFile = 64 << 20

    private let path: String
    private var descriptor: Int32 = -1
    private var size = 0
    private var next: UInt64 = 1
    private var reports: [UInt64: Report] = [:]

    package init(path: String) {
        self.path = path
        load()
        rewrite()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    package var count: Int { reports.count }
    package var hasRoom: Bool { reports.count < Self.limit }
    /// In the order in which they were made.
    package var numbers: [UInt64] { reports.keys.sorted() }
    package subscript(number: UInt64) -> Report? { reports[number] }

    /// Writes reports down, all with one sync. A disk that takes nothing keeps them in memory alone.
    package func add(_ rows: [SnapshotRow], run: String) -> [UInt64] {
        var text: [UInt8] = []
        let numbers = rows.map { row in
            let number = next
            next += 1
            let report = Report(run: run, row: row)
            reports[number] = report
            text += Self.line(report, number)
            return number
        }
        if size > Self.longestFile { rewrite() } else { append(text) }
        return numbers
    }

    /// The daemon has it, or it never became true.
    package func remove(_ number: UInt64) {
        guard reports.removeValue(forKey: number) != nil, reports.isEmpty else { return }
        if ftruncate(descriptor, 0) == 0 { size = 0 }
    }

    // MARK: File

    /// A line of the file; nil for a torn one.
    package static func report(line: some Collection<UInt8>) -> (report: Report, number: UInt64)? {
        guard let space = line.firstIndex(of: 32),
            case .picture(let row, let number) = UplinkMessage(line: line[line.index(after: space)...])
        else { return nil }
        return (Report(run: String(decoding: line[..<space], as: UTF8.self), row: row), number)
    }

    package static func line(_ report: Report, _ number: UInt64) -> [UInt8] {
        Array("\(report.run) \(UplinkMessage.picture(report.row, report: number).line)\n".utf8)
    }

    private func load() {
        let source = open(path, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { return }
        defer { close(source) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = read(source, &buffer, buffer.count), count > 0 { text += buffer[0..<count] }
        // A line that a power cut tore is of something that was not done yet.
        for line in text.split(separator: 10) {
            guard let (report, number) = Self.report(line: line) else { continue }
            reports[number] = report
            next = max(next, number + 1)
        }
    }

    /// Replaces the file by one with what is still owed, and goes on with that.
    private func rewrite() {
        let fresh = "\(path).part"
        let made = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard made >= 0 else { return }
        if descriptor >= 0 { close(descriptor) }
        descriptor = made
        size = 0
        append(numbers.flatMap { Self.line(reports[$0]!, $0) })
        rename(fresh, path)
        _ = Disk.real.syncFolder(path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".")
    }

    private func append(_ text: [UInt8]) {
        guard !text.isEmpty else { return }
        var sent = 0
        while sent < text.count {
            let count = text[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            sent += count
        }
        // Half a line would spoil the next one.
        guard sent == text.count else { return _ = ftruncate(descriptor, size) }
        size += sent
        fdatasync(descriptor)
    }
}
