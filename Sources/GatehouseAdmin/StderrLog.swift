internal import Glibc
package import Logging

/// Log lines for the night shift: one line, with the `<N>` prefix by which journald knows the level. Written with one
/// `write` each, so that nothing is lost with the process and lines of threads do not mix.
package struct StderrLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let label: String

    package init(label: String, level: Logger.Level = .info) {
        self.label = label
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let facts = self.metadata.merging(event.metadata ?? [:]) { $1 }
            .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        // A line break inside a message must not look like a second message.
        let text = "\(event.message)\(facts)".map { $0.isNewline ? " " : String($0) }.joined()
        let line = Array("<\(Self.priority(event.level))>\(label): \(text)\n".utf8)
        _ = write(2, line, line.count)
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    package static func logger(_ label: String, level: Logger.Level = .info) -> Logger {
        Logger(label: label, factory: { StderrLogHandler(label: $0, level: level) })
    }
}
