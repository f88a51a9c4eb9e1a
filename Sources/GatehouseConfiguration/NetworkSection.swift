internal import GatehouseCore

/// `cameras` and `alerts`: what the uplink talks to.
enum NetworkSection {
    static func read(_ top: MappingReader, _ configuration: inout Configuration) {
        configuration.cameras = top.namedGroups("cameras", names: .identifier(of: CameraTag.self), count: 0...64) {
            name, group -> CameraSettings? in
            let said = group.optional("kind", .choice(CameraSettings.Kind.self))
            let kind = said ?? .still
            // Of a kind that is none any address may be right.
            let schemes = said == nil && group.has("kind") ? ["http", "https", "rtsp", "rtsps"] : kind.schemes
            let url = group.required("url", .url(schemes: schemes))
            var camera = CameraSettings(id: name, url: url?.description ?? "")
            camera.kind = kind
            camera.user = group.optional("user", .text(atMost: 64))
            camera.passwordFile = group.optional("password_file", .text(atMost: 256))
            camera.allowsCleartextPassword = group.optional("allow_cleartext_password", .boolean, default: false)
            camera.timeout = group.optional(
                "timeout", .duration(in: .milliseconds(100)...(.seconds(30))), default: camera.timeout)
            // A frame of a stream is no larger than what is kept of it.
            let most = kind == .still ? 64 << 20 : 8 << 20
            camera.maxBytes = group.optional("max_bytes", .byteSize(in: 1024...most), default: camera.maxBytes)
            camera.caFile = group.optional("ca_file", .path)
            if camera.user != nil, camera.passwordFile == nil { group.error(Sentence("'user' needs 'password_file'")) }
            return camera
        }.map(\.value)
        configuration.site.streams = Set(configuration.cameras.filter { $0.kind != .still }.map(\.id))

        let kinds = ScalarType<AlertKind>.choice(AlertKind.self)
        var routes: [AlertRoute] = []
        configuration.destinations = top.namedGroups(
            "alerts", names: .identifier(of: DestinationTag.self), count: 0...16
        ) {
            name, group -> DestinationSettings? in
            let url = group.required("url", .url(schemes: ["https"]))
            var destination = DestinationSettings(
                id: name, url: url?.description ?? "",
                secretFile: group.required("secret_file", .text(atMost: 256), placeholder: ""))
            destination.caFile = group.optional("ca_file", .path)
            destination.clientCertificateFile = group.optional("client_certificate_file", .path)
            destination.clientKeyFile = group.optional("client_key_file", .text(atMost: 256))
            destination.timeout = group.optional(
                "timeout", .duration(in: .milliseconds(500)...(.seconds(55))), default: destination.timeout)
            if (destination.clientCertificateFile == nil) != (destination.clientKeyFile == nil) {
                group.error(Sentence("'client_certificate_file' and 'client_key_file' come together"))
            }
            routes.append(AlertRoute(destination: name, kinds: Set(group.list("kinds", of: kinds, count: 1...10))))
            return destination
        }.map(\.value)
        configuration.site.alerts = routes
    }
}
