/// How a witness judges what a log asks it to sign, by C2SP tlog-witness: form, origin, signature, sizes, root. What it has seen last is kept by
/// whoever asks, who stores the new head before anything is signed.
package struct Witness: Sendable {
    package enum Refusal: Error, Hashable, Sendable {
        case malformed(EvidenceFault)
        /// More was seen than is offered now.
        case goesBack
        case unknownLog
        case notSigned
        /// The size that was seen last is another one.
        case otherSize(UInt64)
        /// What is offered does not extend what was seen.
        case noExtension

        package var status: Int {
            switch self {
            case .malformed, .goesBack: 400
            case .notSigned: 403
            case .unknownLog: 404
            case .otherSize: 409
            case .noExtension: 422
            }
        }

        /// What the log hears beside the status: a size, where it is asked for.
        package var body: String {
            switch self {
            case .malformed(let fault): "\(fault)\n"
            case .goesBack: "the old size is above that of the checkpoint\n"
            case .notSigned: "no signature of the log's key\n"
            case .unknownLog: "unknown log\n"
            case .otherSize(let seen): "\(seen)\n"
            case .noExtension: "no extension of what was seen\n"
            }
        }
    }

    /// Keys of the logs that are watched; their names are the origins.
    package let logs: [NoteKey]

    package init(logs: [NoteKey]) { self.logs = logs }

    /// The checkpoint that may be kept and signed, and its text. `seen` is what was signed last of an origin; nil where nothing was.
    package func judge(
        _ octets: [UInt8], seen: (String) -> (size: UInt64, root: [UInt8])?
    ) throws(Refusal) -> (checkpoint: Checkpoint, text: String) {
        let request: WitnessRequest
        let checkpoint: Checkpoint
        do throws(EvidenceFault) {
            request = try WitnessRequest(octets)
            checkpoint = try Checkpoint(text: request.checkpoint.text)
        } catch { throw .malformed(error) }
        guard let key = logs.first(where: { $0.name == checkpoint.origin }) else { throw .unknownLog }
        guard (try? request.checkpoint.signers(among: [key])) == [key] else { throw .notSigned }
        guard request.old <= checkpoint.size else { throw .goesBack }
        let latest = seen(checkpoint.origin) ?? (0, Merkle.emptyRoot)
        guard request.old == latest.size else { throw .otherSize(latest.size) }
        guard
            Merkle.extends(
                old: latest.size, oldRoot: latest.root, new: checkpoint.size, newRoot: checkpoint.root,
                proof: request.proof)
        else { throw .noExtension }
        return (checkpoint, request.checkpoint.text)
    }
}
