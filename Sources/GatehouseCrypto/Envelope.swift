internal import COpenSSL

/// CMS enveloped data (RFC 5652) to one X.509 certificate: what `openssl cms -decrypt -inform DER` opens.
package enum Envelope {
    /// With `isAuthenticated` as AuthEnvelopedData (RFC 5083) under AES-256-GCM.
    package static func seal(
        _ plain: [UInt8], certificate der: [UInt8], isAuthenticated: Bool = false
    ) throws(CryptoError) -> [UInt8] {
        let parsed = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var pointer = buffer.baseAddress
            return d2i_X509(nil, &pointer, buffer.count)
        }
        guard let certificate = parsed else { throw CryptoError("read the issuer's certificate") }
        defer { X509_free(certificate) }
        let stack = OPENSSL_sk_new_null()
        defer { OPENSSL_sk_free(stack) }
        guard OPENSSL_sk_push(stack, UnsafeRawPointer(certificate)) > 0 else { throw CryptoError("seal to the issuer") }
        guard let input = holding(plain) else { throw CryptoError("seal to the issuer") }
        defer { BIO_free(input) }
        let cipher = isAuthenticated ? EVP_aes_256_gcm() : EVP_aes_256_cbc()
        guard let message = CMS_encrypt(stack, input, cipher, UInt32(CMS_BINARY)) else {
            throw CryptoError("seal to the issuer")
        }
        defer { CMS_ContentInfo_free(message) }
        var output: UnsafeMutablePointer<UInt8>?
        let length = i2d_CMS_ContentInfo(message, &output)
        guard length > 0, let output else { throw CryptoError("write the envelope") }
        defer { CRYPTO_free(output, #file, #line) }
        return Array(UnsafeBufferPointer(start: output, count: Int(length)))
    }

    /// What `seal` made, opened with the private key (PEM) of the certificate.
    package static func open(_ envelope: [UInt8], privateKey pem: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let file = holding(pem) else { throw CryptoError("read the private key") }
        defer { BIO_free(file) }
        // A key under a pass phrase is refused instead of asked for: there may be nobody at the terminal.
        let refuse: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
            _, _, _, _ in -1
        }
        guard let key = PEM_read_bio_PrivateKey(file, nil, refuse, nil) else {
            throw CryptoError("read the private key (PEM, without a pass phrase)")
        }
        defer { EVP_PKEY_free(key) }
        let parsed = envelope.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var pointer = buffer.baseAddress
            return d2i_CMS_ContentInfo(nil, &pointer, buffer.count)
        }
        guard let message = parsed else { throw CryptoError("read the envelope") }
        defer { CMS_ContentInfo_free(message) }
        guard let output = BIO_new(BIO_s_mem()) else { throw CryptoError("open the envelope") }
        defer { BIO_free(output) }
        // Each recipient is tried until one opens: no certificate is needed beside the key.
        guard CMS_decrypt(message, key, nil, nil, output, UInt32(CMS_BINARY)) == 1 else {
            throw CryptoError("open the envelope; is this the private key of the certificate?")
        }
        var plain = [UInt8](repeating: 0, count: envelope.count)
        let count = BIO_read(output, &plain, Int32(plain.count))
        guard count > 0 else { throw CryptoError("open the envelope") }
        return Array(plain[0..<Int(count)])
    }

    /// The certificate (DER) of a PEM file; nil where there is none that can be sealed to.
    package static func certificate(pem: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let file = holding(pem) else { return nil }
        defer { BIO_free(file) }
        guard let certificate = PEM_read_bio_X509(file, nil, nil, nil) else { return nil }
        defer { X509_free(certificate) }
        var output: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509(certificate, &output)
        guard length > 0, let output else { return nil }
        defer { CRYPTO_free(output, #file, #line) }
        let der = Array(UnsafeBufferPointer(start: output, count: Int(length)))
        return isCertificate(der) ? der : nil
    }

    /// Whether the octets are a certificate that can be sealed to.
    package static func isCertificate(_ der: [UInt8]) -> Bool {
        (try? seal([0], certificate: der)) != nil
    }

    /// A stream over a copy of its own: what is read later must not lean on an array that may be gone. Cleared when it is freed.
    static func holding(_ octets: [UInt8]) -> OpaquePointer? {
        guard let stream = BIO_new(BIO_s_mem()) else { return nil }
        var written = 0
        guard BIO_write_ex(stream, octets, octets.count, &written) == 1 || octets.isEmpty, written == octets.count
        else {
            BIO_free(stream)
            return nil
        }
        return stream
    }
}
