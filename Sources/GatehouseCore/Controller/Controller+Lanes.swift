extension Controller {
    mutating func feed(_ input: LaneMachine.Input, toLaneAt index: Int, _ step: inout Step) {
        guard let lane = lanes[index] else { return }
        var machine = lane
        let outputs = machine.handle(input, at: step.now.monotonic)
        lanes[index] = machine
        let portal = portals[index].settings.id
        for output in outputs {
            switch output {
            case .taken(let event):
                feed(.answered(event: event), toPortalAt: index, &step)
                end(event, .taken, at: step.now.monotonic, portal: portal, &step)
            case .notTaken(let event):
                feed(.answered(event: event), toPortalAt: index, &step)
                end(event, .notTaken, at: step.now.monotonic, portal: portal, &step)
            case .unknown(let event):
                feed(.answered(event: event), toPortalAt: index, &step)
                end(event, .unknown, at: step.now.monotonic, portal: portal, &step)
            case .chatters(let sensor, let isOn):
                set(.inputFaulty, "\(portal.name) \(sensor.rawValue)", isOn, &step)
            case .tailgated:
                let event = recordPortal(.tailgated, portal, &step)
                raise(.tailgated, event: event, ["portal": portal.name], &step)
                capture(event, cameras: cameras(of: portal), isAlarm: true, &step)
            case .occupied(let isOccupied): feed(.occupied(isOccupied), toPortalAt: index, &step)
            case .barrier(let barrier): set(.barrierFault, portal.name, barrier == .fault, &step)
            }
        }
    }

    /// What a portal's machine did, as far as its lane has to know.
    mutating func tellLane(
        _ input: PortalMachine.Input, _ outputs: [PortalMachine.Output], ofPortalAt index: Int, _ step: inout Step
    ) {
        guard lanes[index] != nil else { return }
        for case .notTaken(let event) in outputs { feed(.cancelled(event: event), toLaneAt: index, &step) }
        switch input {
        case .performed(let event):
            // Not that of a grant that lost its way meanwhile.
            guard portals[index].waits(event) else { break }
            feed(.granted(event: event), toLaneAt: index, &step)
        case .grant(let event, _) where portals[index].lock == .held:
            // The way is open already: the vehicle is on its way.
            feed(.granted(event: event), toLaneAt: index, &step)
        case .posture(let posture):
            feed(.free(posture == .free || posture == .fire), toLaneAt: index, &step)
        default: break
        }
    }

    package var barriers: [PortalID: LaneMachine.Barrier] {
        Dictionary(
            uniqueKeysWithValues: portals.indices.compactMap { index in
                lanes[index].map { (portals[index].settings.id, $0.barrier) }
            })
    }
}
