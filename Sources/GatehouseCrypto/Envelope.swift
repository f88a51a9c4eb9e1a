internal import COpenSSL

/// CMS enveloped data (RFC 5652) to one X.509 certificate: what `openssl cms -decrypt -inform DER` opens.
package enum Envelope {
    package static func seal(_ plain: [UInt8], certificate der: [UInt8]) throws(CryptoError) -> [UInt8] {
        let parsed = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var pointer = buffer.baseAddress
            return d2i_X509(nil, &pointer, buffer.count)
        }
        guard let certificate = parsed else { throw CryptoError("read the issuer's certificate") }
        defer { X509_free(certificate) }
        let stack = OPENSSL_sk_new_null()
        defer { OPENSSL_sk_free(stack) }
        guard OPENSSL_sk_push(stack, UnsafeRawPointer(certificate)) > 0 else { throw CryptoError("seal to the issuer") }
        guard let input = BIO_new_mem_buf(plain, Int32(plain.count)) else { throw CryptoError("seal to the issuer") }
        defer { BIO_free(input) }
        guard let message = CMS_encrypt(stack, input, EVP_aes_256_cbc(), UInt32(CMS_BINARY)) else {
            throw CryptoError("seal to the issuer")
        }
        defer { CMS_ContentInfo_free(message) }
        var output: UnsafeMutablePointer<UInt8>?
        let length = i2d_CMS_ContentInfo(message, &output)
        guard length > 0, let output else { throw CryptoError("write the envelope") }
        defer { CRYPTO_free(output, #file, #line) }
        return Array(UnsafeBufferPointer(start: output, count: Int(length)))
    }

    /// Whether the octets are a certificate that can be sealed to.
    package static func isCertificate(_ der: [UInt8]) -> Bool {
        (try? seal([0], certificate: der)) != nil
    }
}
