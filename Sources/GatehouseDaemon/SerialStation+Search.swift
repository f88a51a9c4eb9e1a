internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols

extension SerialStation {
    /// Looks for readers at every address and speed of this bus. Its readers are out of service meanwhile. Nil comes
    /// when the bus cannot be had.
    func search(at now: MonotonicTime, answer: @escaping ([OSDPSearch.Found]?) -> Void) -> [Input] {
        guard machine.isBus, port.isOpen, searching == nil else {
            answer(nil)
            return []
        }
        let inputs = feed(.lost, at: now)
        var search = OSDPSearch()
        let effects = search.start(at: now)
        searching = (search, answer)
        return inputs + carryOut(effects, at: now)
    }

    /// What happens at the port while it is searched; nil where the panel has to hear it all the same.
    func feedSearch(_ event: SerialEvent, at now: MonotonicTime) -> [Input]? {
        switch event {
        case .received(let octets):
            searching?.search.receive(octets)
            return []
        case .time:
            let effects = searching?.search.timePassed(at: now) ?? []
            return carryOut(effects, at: now)
        case .opened: return []
        // The port is gone: the panel has heard that already.
        case .lost: return endSearch(nil, at: now)
        case .wish: return nil
        }
    }

    private func carryOut(_ effects: [OSDPSearch.Effect], at now: MonotonicTime) -> [Input] {
        effects.flatMap { effect -> [Input] in
            switch effect {
            case .speed(let baud):
                port.setSpeed(UInt32(baud))
                return []
            case .send(let octets): return sendDiscarding(octets, at: now)
            case .done(let found): return endSearch(found, at: now)
            }
        }
    }

    /// The panel has its bus again, at its own speed.
    func endSearch(_ found: [OSDPSearch.Found]?, at now: MonotonicTime) -> [Input] {
        guard let ended = searching else { return [] }
        searching = nil
        ended.answer(found)
        guard port.isOpen else { return [] }
        port.setSpeed(configuredSpeed)
        return feed(.opened, at: now)
    }
}
