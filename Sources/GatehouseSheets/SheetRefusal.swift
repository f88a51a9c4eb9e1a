package import GatehouseCore

/// Why a workbook is not read, with the cell where it is one's fault.
package struct SheetRefusal: Error, Hashable, Sendable {
    package var message: Sentence
    /// `C7`.
    package var cell: String?

    package init(_ message: Sentence, cell: String? = nil) {
        self.message = message
        self.cell = cell
    }

    package var sentence: Sentence { cell.map { Sentence("\($0): \(message)") } ?? message }
}

/// What a workbook may come to. Whoever sends one is not known: it may be made to fill the memory.
package enum SheetBounds {
    package static let rows = 1_000_000
    package static let columns = 16_384
    /// Cells of a sheet, empty ones before a used one too.
    package static let cells = 8_000_000
    package static let sheets = 100
    /// Parts of the archive.
    package static let parts = 10_000
    /// Octets of all parts that are read, inflated.
    package static let inflated = 256 << 20
    /// How many times larger than its archive a workbook may become, past the first 8 MiB.
    package static let ratio = 300
    static let freelyInflated = 8 << 20
    /// Problems of cells that are told.
    static let problems = 1000
}
