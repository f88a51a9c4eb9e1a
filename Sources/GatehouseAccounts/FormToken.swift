package import GatehouseCrypto

/// What a form of ours carries and one of another site cannot: HMAC-SHA-256 of the browser's session token (OWASP's signed
/// double-submit cookie) under a key of the running program.
package struct FormToken: Sendable {
    private let key: SecretKey

    package init(key: SecretKey) { self.key = key.derived(for: "gatehouse-console form") }

    package func token(for session: String) -> String {
        Base64.encode(Hash.hmac(Array(session.utf8), key: key), isURLSafe: true)
    }

    /// In a time that does not depend on where they differ.
    package func isRight(_ token: String, for session: String) -> Bool {
        Hash.areEqual(Array(token.utf8), Array(self.token(for: session).utf8))
    }
}
