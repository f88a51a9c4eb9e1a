internal import GatehouseCore

/// `passes`: whose visitor passes are taken here, beside those that this controller signs itself.
enum PassSection {
    static func read(_ top: MappingReader, _ configuration: inout Configuration) {
        let keys: [PassKeySettings]? = top.group("passes") { group in
            var seen: Set<[UInt8]> = []
            return group.groups("keys", count: 0...64) { key -> PassKeySettings? in
                let issuer = key.required("issuer", .identifier(of: PortalTag.self))
                let publicKey = key.required("public_key", .hexadecimal(octets: 32))
                let register = key.optional("register", .choice(PassKeySettings.Register.self), default: .same)
                guard let issuer, let publicKey else { return nil }
                if !seen.insert(publicKey).inserted {
                    key.error(
                        at: "public_key", Sentence("the key stands here already"),
                        suggestion: Sentence("each issuer has its own"))
                }
                return PassKeySettings(issuer: issuer.name, publicKey: publicKey, register: register)
            }
        }
        configuration.passKeys = keys ?? []
    }
}
