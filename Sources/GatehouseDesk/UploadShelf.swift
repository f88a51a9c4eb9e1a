internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseThreads

/// Files on their way to an import or a reader, piece by piece: bound to their connection, or under a name that a person gave,
/// so that they go on where a broken connection left them. Bounded for each user and in all.
///
/// A class because connections share it.
package final class UploadShelf: Sendable {
    enum Owner: Hashable, Sendable {
        case connection(UInt64)
        case named(String, of: Giver)
    }

    /// Octets of files of one user, by what their role sends, and of all users together.
    static let limitOfOffice = 64 << 20
    static let limitOfOthers = 8 << 20
    static let limit = 96 << 20
    static let fileLimit = 64
    /// Named uploads of one user; the one that rested longest makes room.
    static let namedLimit = 2
    /// A named upload that rested for so long is let go.
    static let rest: Duration = .seconds(900)

    private struct Upload {
        var giver: Giver
        var files: [(name: String, content: [UInt8])] = []
        var usedAt: MonotonicTime
        var size: Int { files.reduce(0) { $0 + $1.content.count } }
    }
    private struct State {
        var uploads: [Owner: Upload] = [:]
        var refused: UInt64 = 0
    }
    private let state = Guarded(State())

    package init() {}

    /// Octets that are here, and pieces that found no room.
    package var counts: (octets: Int, refused: UInt64) {
        state.withLock { ($0.uploads.values.reduce(0) { $0 + $1.size }, $0.refused) }
    }

    /// The size that the file has then. A piece at an offset that is there already is not taken twice.
    func take(
        _ data: [UInt8], of name: String, at offset: UInt64?, for owner: Owner, from giver: Giver, isOffice: Bool,
        now: MonotonicTime
    ) throws -> Int {
        try state.withLock { state in
            state.uploads = state.uploads.filter { key, upload in
                if case .named = key { now - upload.usedAt < Self.rest } else { true }
            }
            var upload = state.uploads[owner] ?? Upload(giver: giver, usedAt: now)
            upload.usedAt = now
            let index = upload.files.firstIndex { $0.name == name }
            let size = index.map { upload.files[$0].content.count } ?? 0
            if let offset {
                guard offset <= UInt64(size) else {
                    throw CommandRefusal(
                        code: "offsetUnknown",
                        message: Sentence("\(size, "octet", "octets") of the file arrived; go on there"))
                }
                if offset < UInt64(size) || data.isEmpty { return size }
            }
            let ofUser = state.uploads.values.reduce(data.count) { $1.giver == giver ? $0 + $1.size : $0 }
            let limit = isOffice ? Self.limitOfOffice : Self.limitOfOthers
            guard ofUser <= limit, index != nil || upload.files.count < Self.fileLimit else {
                state.refused += 1
                throw CommandRefusal(
                    code: "tooLarge",
                    message: Sentence("your files may have \(limit >> 20) MiB together, and be \(Self.fileLimit)"))
            }
            guard state.uploads.values.reduce(data.count, { $0 + $1.size }) <= Self.limit else {
                state.refused += 1
                throw CommandRefusal(code: "busy", message: Sentence("others are sending files; try again in a while"))
            }
            if let index {
                upload.files[index].content += data
            } else {
                upload.files.append((name, data))
            }
            state.uploads[owner] = upload
            Self.makeRoom(&state, giver)
            return size + data.count
        }
    }

    func remove(_ owner: Owner) -> [(name: String, content: [UInt8])] {
        state.withLock { $0.uploads.removeValue(forKey: owner)?.files ?? [] }
    }

    /// A connection is gone, and what was sent over it without a name.
    package func closed(_ connection: UInt64) {
        state.withLock { _ = $0.uploads.removeValue(forKey: .connection(connection)) }
    }

    private static func makeRoom(_ state: inout State, _ giver: Giver) {
        let named = state.uploads.filter { key, upload in
            if case .named = key { upload.giver == giver } else { false }
        }
        guard named.count > namedLimit, let oldest = named.min(by: { $0.value.usedAt < $1.value.usedAt }) else {
            return
        }
        state.uploads[oldest.key] = nil
    }
}
