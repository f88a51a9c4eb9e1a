internal import GatehouseAdmin
internal import Synchronization

/// Files on their way to an import, piece by piece: bound to their connection, or under a name that a person gave, so that
/// they go on where a broken connection left them. A class because connections share it.
final class UploadShelf: Sendable {
    enum Owner: Hashable, Sendable {
        case connection(LineServer.ConnectionID)
        case named(String, by: String)
    }

    /// Octets of files that one owner may send.
    static let limit = 64 << 20
    /// Named ones at a time; the one that rested longest makes room.
    static let namedLimit = 2

    private struct Upload {
        var files: [(name: String, content: [UInt8])] = []
        var used: UInt64 = 0
    }
    private struct State {
        var uploads: [Owner: Upload] = [:]
        var clock: UInt64 = 0
    }
    private let state = Mutex(State())

    /// The size that the file has then. A piece at an offset that is there already is not taken twice.
    func take(_ data: [UInt8], of name: String, at offset: UInt64?, for owner: Owner) -> Result<Int, CommandRefusal> {
        state.withLock { state in
            state.clock += 1
            var upload = state.uploads[owner] ?? Upload()
            upload.used = state.clock
            let name = String(name.prefix(128))
            let index = upload.files.firstIndex { $0.name == name }
            let size = index.map { upload.files[$0].content.count } ?? 0
            if let offset {
                guard offset <= UInt64(size) else {
                    return .failure(
                        CommandRefusal(
                            code: "offsetUnknown", message: "\(size) octets of the file are here; go on there"))
                }
                if Int(offset) < size || data.isEmpty { return .success(size) }
            }
            guard upload.files.reduce(data.count, { $0 + $1.content.count }) <= Self.limit,
                index != nil || upload.files.count < 64
            else {
                return .failure(CommandRefusal(code: "tooLarge", message: "files may have 64 MiB together"))
            }
            if let index {
                upload.files[index].content += data
            } else {
                upload.files.append((name, data))
            }
            state.uploads[owner] = upload
            Self.makeRoom(&state)
            return .success(size + data.count)
        }
    }

    func remove(_ owner: Owner) -> [(name: String, content: [UInt8])] {
        state.withLock { $0.uploads.removeValue(forKey: owner)?.files ?? [] }
    }

    private static func makeRoom(_ state: inout State) {
        let named = state.uploads.filter { if case .named = $0.key { true } else { false } }
        guard named.count > namedLimit, let oldest = named.min(by: { $0.value.used < $1.value.used }) else { return }
        state.uploads[oldest.key] = nil
    }
}
