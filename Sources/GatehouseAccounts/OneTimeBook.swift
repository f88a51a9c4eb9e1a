package import GatehouseCore
internal import GatehouseCrypto

/// Sign-ins by a token that counts once and for 5 minutes, for whoever started the page at the machine itself. In memory alone.
package struct OneTimeBook: Sendable {
    package struct Guest: Hashable, Sendable {
        package let name: AccountName
        package let role: AccountRole

        package init(name: AccountName, role: AccountRole) { (self.name, self.role) = (name, role) }

        /// `NAME:ROLE`; nil for anything else.
        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let name = AccountName(String(parts[0])),
                let role = AccountRole(rawValue: String(parts[1]))
            else { return nil }
            self.init(name: name, role: role)
        }
    }
    private struct Issued {
        var guest: Guest
        var until: MonotonicTime
    }
    private var issued: [[UInt8]: Issued] = [:]

    package static let life: Duration = .seconds(300)
    package static let limit = 16

    package init() {}

    /// Nil when as many as there may be are out.
    package mutating func issue(to guest: Guest, at now: MonotonicTime, random: (Int) -> [UInt8]) -> String? {
        issued = issued.filter { now < $0.value.until }
        guard issued.count < Self.limit else { return nil }
        let octets = random(32)
        issued[Hash.sha256(octets)] = Issued(guest: guest, until: now + Self.life)
        return Base64.encode(octets, isURLSafe: true)
    }

    /// Who brought it; nil for one that is over, was brought before, or never was.
    package mutating func redeem(_ token: String, at now: MonotonicTime) -> Guest? {
        guard let digest = DeviceToken.digest(token), let found = issued.removeValue(forKey: digest) else { return nil }
        return now < found.until ? found.guest : nil
    }
}
