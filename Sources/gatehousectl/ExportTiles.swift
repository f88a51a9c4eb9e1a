import ArgumentParser
import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc

extension JournalCommand {
    struct ExportTiles: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export-tiles",
            abstract: words(
                "Write the journal as others read logs: a checkpoint, tiles of hashes, bundles of entries."),
            discussion: words(
                """
                Needs the right to read the database: root, or a copy of it. Entries name persons by number alone; names and numbers of cards are not in it.
                What stands in the folder already is left as it is, and only what came since is added.
                Example: gatehousectl journal export-tiles /srv/log --database copy.db
                """))
        @Argument(help: told("A folder; it is made when it is missing.")) var folder: String
        @Option(help: told("A copy of a database, in place of the one of the configuration.")) var database: String?
        @Option(name: .shortAndLong, help: told("The configuration.")) var config = "/etc/gatehouse/gatehouse.yaml"

        func run() throws {
            let path = try database ?? readConfiguration(config).files.database
            do {
                guard let made = try CheckpointKeeper.stored(path) else {
                    complain(words("\(path): no checkpoint was signed yet"))
                    throw Exit.refused
                }
                let export = try TileExport(path, to: folder, size: made.size, root: made.root)
                try export.writeAll()
                try export.write("checkpoint", made.note, replacing: true)
                print(words("\(folder): \(made.size, "entry", "entries") of \(made.origin)"))
            } catch let fault as TileExport.Fault {
                complain(words("refused: \(fault.sentence)"))
                throw Exit.refused
            } catch let error as DatabaseError {
                complain("\(path): \(error)")
                throw Exit.refused
            }
        }
    }
}

/// Writes the tree and the leaves of a journal by the layout of C2SP tlog-tiles, from the leaves up: whatever does not lead to the root of
/// the checkpoint ends it, and the checkpoint is written last.
private struct TileExport {
    struct Fault: Error { let sentence: Sentence }

    let prover: JournalProver
    let folder: String
    let size: UInt64
    let root: [UInt8]

    init(_ database: String, to folder: String, size: UInt64, root: [UInt8]) throws {
        prover = try JournalProver(path: database, sha256: { Hash.sha256($0) })
        (self.folder, self.size, self.root) = (folder, size, root)
    }

    func writeAll() throws {
        var above: [[UInt8]] = []
        for (level, full, partial) in TilePath.owed(size: size) {
            var roots: [[UInt8]] = []
            for index in 0..<(full + (partial > 0 ? 1 : 0)) {
                let count = index < full ? 256 : partial
                let hashes = try prover.hashes(level: level, from: index * TilePath.width, count: UInt64(count))
                if level == 0 {
                    try writeBundle(index, count, hashes)
                } else {
                    // The column and the node have to say the same.
                    let first = Int(clamping: index * TilePath.width)
                    guard hashes.elementsEqual(above[first..<(first + count)]) else { throw Self.notWhole }
                }
                try write("\(TilePath(.hashes(level: level), index: index, count: count))", hashes.flatMap { $0 })
                if count == 256 { roots.append(Merkle.root(hashes[...])) }
            }
            above = roots
        }
        guard try prover.root(size: size) == root else { throw Self.notWhole }
    }

    private static let notWhole = Fault(
        sentence: Sentence(
            "the entries are not those of the checkpoint: gatehousectl journal verify says what is wrong"))

    private func writeBundle(_ index: UInt64, _ count: Int, _ hashes: [[UInt8]]) throws {
        var leaves: [[UInt8]] = []
        try prover.eachLeaf(from: index * TilePath.width, count: UInt64(count)) { leaves.append($0) }
        guard hashes.elementsEqual(leaves.map(Merkle.leafHash)), hashes.count == count else { throw Self.notWhole }
        let path = TilePath(.entries, index: index, count: count)
        let bundle: [UInt8]
        do throws(EvidenceFault) { bundle = try EntryBundle.write(leaves) } catch {
            // Entries of before 0.3.0 had no bound. Their hashes are in the tile.
            return complain(words("\("\(path)") is left out: one of its entries is longer than a bundle takes"))
        }
        try write("\(path)", bundle)
    }

    /// What is there already has to be the same.
    func write(_ name: String, _ octets: [UInt8], replacing: Bool = false) throws {
        let path = "\(folder)/\(name)"
        for (place, letter) in path.enumerated() where letter == "/" && place > 0 {
            mkdir(String(path.prefix(place)), 0o755)
        }
        if access(path, F_OK) == 0 {
            if try readFile(path) == octets { return }
            guard replacing else {
                throw Fault(sentence: Sentence("\(path) is there already and holds something else"))
            }
        }
        let temporary = path + ".new"
        unlink(temporary)
        guard NewFile.write(octets, to: temporary, mode: 0o644), rename(temporary, path) == 0 else {
            throw Fault(sentence: Sentence("\(path): \(String(cString: strerror(errno)))"))
        }
    }
}
