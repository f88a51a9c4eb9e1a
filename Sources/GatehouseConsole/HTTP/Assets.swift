internal import GatehouseCrypto

/// What a browser keeps: style, scripts and the mark. Each is asked for by the digest of what it is, so that a browser asks once.
enum Assets {
    private struct Asset {
        var type: String
        var octets: [UInt8]
        var digest: String
    }

    private static let all: [String: Asset] = {
        let files: [(name: String, type: String, octets: [UInt8])] = [
            ("page.css", "text/css; charset=utf-8", PackageResources.page_css),
            ("page.js", "text/javascript; charset=utf-8", PackageResources.page_js),
            ("mark.svg", "image/svg+xml", PackageResources.mark_svg),
        ]
        return Dictionary(
            uniqueKeysWithValues: files.map { file in
                let digest = Hash.sha256(file.octets).prefix(6).map { String($0, radix: 16) }.joined()
                return (file.name, Asset(type: file.type, octets: file.octets, digest: digest))
            })
    }()

    static func address(_ name: String) -> String { "/assets/\(all[name]?.digest ?? "none")/\(name)" }

    /// Nil where there is no such file. One under an older digest is the one of today.
    static func answer(_ name: String) -> Outgoing? {
        guard let asset = all[name] else { return nil }
        var outgoing = Outgoing(200, asset.type, asset.octets)
        outgoing.headers.append(("Cache-Control", "public, max-age=31536000, immutable"))
        return outgoing
    }
}
