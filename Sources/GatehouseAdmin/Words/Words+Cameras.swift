package import GatehouseCore

extension Words {
    /// What to do where a camera gave no picture.
    package static func advice(_ failure: SnapshotFailure) -> Sentence {
        switch failure {
        case .noCamera: Sentence("gatehouse-uplink runs with another configuration: restart it")
        case .timeout: Sentence("look for its still picture, not a stream; raise 'timeout' if it is slow")
        case .unreachable: Sentence("nobody answers there: check power, cable and the address")
        case .tlsFailed:
            Sentence(
                "no secure connection: its certificate is not that of 'ca_file', has expired, or it speaks plain http")
        case .refused: Sentence("it answered with an error: open its address in a browser and look what it says")
        case .unauthorized: Sentence("it does not take user and password: check 'user' and the file of the password")
        case .noSuchPath: Sentence("it has nothing at that path: look up its still picture in its handbook")
        case .redirected: Sentence("it points to another address, which is not followed: write that one down as 'url'")
        case .cameraBusy: Sentence("it had no picture free in its time: ask it less often, or raise 'timeout'")
        case .truncated: Sentence("the picture broke off: a camera that restarts, or a bad cable")
        case .notAPicture: Sentence("the address gives no JPEG: look for the camera's still picture")
        case .empty: Sentence("the address gives nothing: look for the camera's still picture")
        case .tooLarge: Sentence("the picture is larger than 'max_bytes': lower the camera's resolution")
        case .cleartextPassword:
            Sentence("it wants the password readable on the wire: use https or digest, or 'allow_cleartext_password'")
        case .busy: Sentence("sixteen pictures wait for this camera: it is too slow for its gate")
        case .diskFull: Sentence("the disk has no room: see gatehousectl health")
        case .notStored: Sentence("the file could not be written: see the log of gatehouse-uplink")
        case .noProgram: Sentence("ffmpeg is not there: apt install ffmpeg, and restart gatehouse-uplink")
        case .noKey:
            Sentence(
                "gatehoused gave no key to seal it with: see withoutKey in gatehousectl health; both programs are of one version"
            )
        case .uplinkAway: Sentence("gatehouse-uplink does not run: systemctl status gatehouse-uplink")
        }
    }
}
