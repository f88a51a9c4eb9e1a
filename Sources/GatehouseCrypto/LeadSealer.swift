internal import COpenSSL
package import GatehouseCore

/// Makes what leaves in a slot: signed by the gate, sealed to the issuer, and of one size, whether it holds a lead or nothing.
/// The receiver opens it with `openssl cms -decrypt`; of what is inside the first octets are the text and the last 64 the
/// signature (Ed25519) over them.
package struct LeadSealer: Sendable {
    /// Octets of the text, blanks at its end included.
    package static let textSize = 768

    private let seed: SecretKey
    private let site: String
    /// 32 octets, for the receiver to check the signature with.
    package let publicKey: [UInt8]

    package init(seed: SecretKey, site: String) throws(CryptoError) {
        self.seed = seed
        self.site = site
        publicKey = try Ed25519.publicKey(seed: seed)
    }

    package func seal(_ slot: LeadSlot) throws(CryptoError) -> [UInt8] {
        let text = text(of: slot)
        return try Envelope.seal(
            text + Ed25519.sign(text, seed: seed), certificate: slot.certificate, isAuthenticated: true)
    }

    /// JSON with blanks after it. A blank is named like a lead: whoever sends its receipt is not told apart.
    private func text(of slot: LeadSlot) -> [UInt8] {
        var fields = [("site", site), ("id", slot.id ?? Hexadecimal.encode(Random.octets(16)))]
        var numbers: [(String, Int64)] = []
        if let lead = slot.lead {
            fields += [("kind", "lead"), ("entry", lead.entry), ("portal", lead.portal.name)]
            numbers = [("event", Int64(clamping: lead.event)), ("at", lead.at.milliseconds)]
            if lead.isMinor { fields.append(("duty", "child-protection")) }
            if let picture = lead.picture { fields.append(("picture_sha256", Hexadecimal.encode(picture))) }
        } else {
            fields.append(("kind", "none"))
        }
        // Names of sites and portals, ids and digits: nothing in them needs an escape.
        let members = fields.map { "\"\($0)\":\"\($1)\"" } + numbers.map { "\"\($0)\":\($1)" }
        let text = Array("{\(members.joined(separator: ","))}".utf8)
        precondition(text.count < Self.textSize, "a lead of \(text.count) octets")
        return text + [UInt8](repeating: UInt8(ascii: " "), count: Self.textSize - 1 - text.count) + [10]
    }

    /// What the issuer signs to say something of a message: `openssl dgst -sha256 -sign` over this line.
    package static func answerText(_ answer: LeadSlots.Answer, id: String) -> [UInt8] {
        Array("gatehouse-lead-1 \(answer.rawValue) \(id)\n".utf8)
    }

    /// Whether the private key of the certificate (DER) signed it, with SHA-256.
    package static func isSigned(_ message: [UInt8], _ signature: [UInt8], certificate der: [UInt8]) -> Bool {
        let parsed = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var pointer = buffer.baseAddress
            return d2i_X509(nil, &pointer, buffer.count)
        }
        defer { ERR_clear_error() }
        guard let certificate = parsed else { return false }
        defer { X509_free(certificate) }
        guard let key = X509_get0_pubkey(certificate), let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
