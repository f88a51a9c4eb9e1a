internal import GatehouseThreads

/// A second thread for bulk work, beside the caller's: give it pieces, go on, and take what became of them in the same order.
/// The caller bounds what is under way by taking before it gives more. Where the system has no thread left, the work is done
/// when its product is taken.
///
/// A class because it owns the thread, which ends with it after the piece that it is at. Used by one caller.
final class SideThread<Piece: Sendable, Product: Sendable> {
    private struct Desk: Sendable {
        var pieces: [Piece] = []
        var products: [Result<Product, any Error>] = []
        var isOver = false
    }
    private let work: @Sendable (Piece) throws -> Product
    private let desk = Guarded(Desk())
    private let thread: NamedThread?
    /// Pieces that were given and not taken.
    private(set) var underWay = 0

    /// `makesThread` is false where a test wants no thread.
    init(makesThread: Bool = true, _ work: @escaping @Sendable (Piece) throws -> Product) {
        self.work = work
        guard makesThread else {
            thread = nil
            return
        }
        thread = NamedThread("bulk") { [desk] in
            while true {
                let next: Piece?? = desk.wait { desk in
                    if desk.isOver { return .some(nil) }
                    return desk.pieces.isEmpty ? nil : .some(desk.pieces.removeFirst())
                }
                guard let piece = next ?? nil else { return }
                let product = Result { try work(piece) }
                desk.change { $0.products.append(product) }
            }
        }
    }

    deinit {
        desk.change { $0.isOver = true }
        thread?.join()
    }

    func give(_ piece: Piece) {
        underWay += 1
        desk.change { $0.pieces.append(piece) }
    }

    /// Waits for the oldest piece that is under way; throws what its work threw.
    func take() throws -> Product {
        precondition(underWay > 0, "nothing is under way")
        underWay -= 1
        guard thread != nil else { return try work(desk.withLock { $0.pieces.removeFirst() }) }
        let product = desk.wait { $0.products.isEmpty ? nil : $0.products.removeFirst() }
        return try product!.get()  // without a limit the wait ends with a product alone
    }
}
