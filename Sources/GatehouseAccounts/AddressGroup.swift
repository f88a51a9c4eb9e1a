internal import Glibc

/// Addresses that are one for whoever counts tries: one of IPv4, or the 64 bits of IPv6 that a household has at least
/// (RFC 6177). What is no address is counted as what it says.
package struct AddressGroup: Hashable, Sendable {
    package let octets: [UInt8]

    package init(_ text: String) {
        var four = [UInt8](repeating: 0, count: 4)
        var six = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &four) == 1 {
            octets = four
        } else if inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &six) == 1 {
            // An address of IPv4 that came through a socket of IPv6 is one of IPv4.
            let isMapped = six[..<10].allSatisfy { $0 == 0 } && six[10] == 0xFF && six[11] == 0xFF
            octets = isMapped ? Array(six[12...]) : Array(six[..<8])
        } else {
            octets = Array(text.utf8.prefix(64))
        }
    }
}
