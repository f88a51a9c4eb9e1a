import GatehouseCore

extension [ReaderSignal] {
    /// Without those that say that something is there still.
    var presentations: [ReaderSignal] { filter { if case .stays = $0 { false } else { true } } }
}
