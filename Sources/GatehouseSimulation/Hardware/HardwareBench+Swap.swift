internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseProtocols

extension HardwareBench {
    /// What a thief or an installer does: another device hangs on the wire, and waits for its first key.
    func swap(_ reader: ReaderID, _ serial: UInt32) throws(Failure) {
        switch try settings(reader).kind.serial {
        case .osdp:
            try withOSDP(reader) {
                $0.identity.serial = serial
                $0.security.key = nil
                $0.security.takesDefaultKey = true
                $0.restart()
            }
        case .face:
            try withFace(reader) {
                $0.serial = "\(serial)"
                return $0.restart()
            }
        case nil, .em4100, .line, .framed, .plate, .uhf:
            throw Failure(description: "\(reader) never says who it is")
        }
    }
}
