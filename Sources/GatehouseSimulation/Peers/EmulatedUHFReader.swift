package import GatehouseProtocols

/// A long range reader: answers questions for tags with those in its field. Family BB goes on by itself once asked.
package struct EmulatedUHFReader: Sendable {
    package let family: UHFFamily
    package var isDead = false
    /// Whether rounds run without being asked for.
    package private(set) var isRunning = false
    /// Tags in the field, and for how many rounds each stays.
    private var field: [(epc: [UInt8], rounds: Int)] = []
    private var heard: [UInt8] = []
    private let address: UInt8 = 1

    /// Sends the tags in its field by itself, and hears nothing.
    private let isActive: Bool

    package init(_ family: UHFFamily, isActive: Bool = false) {
        self.family = family
        self.isActive = isActive
        isRunning = isActive
    }

    package var isPresenting: Bool { !field.isEmpty }

    /// A vehicle with this tag stands in the field for a while.
    package mutating func present(_ epc: [UInt8], rounds: Int = 20) { field.append((epc, rounds)) }

    package mutating func present(hexadecimal: String, rounds: Int = 20) {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        present(
            stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }, rounds: rounds
        )
    }

    package mutating func receive(_ octets: [UInt8]) -> [UInt8] {
        guard !isDead, !isActive else { return [] }
        heard = (heard + octets).suffix(64)
        let questions = [address, UHFFamily.anyAddress].map { family.inventory(address: $0) }
        guard questions.contains(where: { heard.suffix($0.count) == $0[...] }) else { return [] }
        heard = []
        isRunning = family == .headBB
        return round()
    }

    /// What one round reports.
    package mutating func round() -> [UInt8] {
        let tags = field.map(\.epc)
        for index in field.indices { field[index].rounds -= 1 }
        field.removeAll { $0.rounds <= 0 }
        switch family {
        case .headA0:
            return tags.flatMap { family.frame(address: address, command: 0x89, data: [4] + Self.coded($0) + [0x42]) }
                + family.frame(
                    address: address, command: 0x89, data: [0, 0, UInt8(tags.count), 0, 0, 0, UInt8(tags.count)])
        case .lengthFirst where isActive:
            return tags.flatMap { family.frame(address: 0, command: 0xEE, data: [0x00] + $0) }
        case .lengthFirst:
            guard !tags.isEmpty else { return family.frame(address: address, command: 0x01, data: [0xFB]) }
            return family.frame(
                address: address, command: 0x01,
                data: [0x01, UInt8(tags.count)] + tags.flatMap { [UInt8($0.count)] + $0 })
        case .headBB:
            guard !tags.isEmpty else { return family.frame(address: 1, command: 0xFF, data: [0x15]) }
            return tags.flatMap {
                family.frame(address: 2, command: 0x22, data: [0xC9] + Self.coded($0) + [0x3A, 0x76])
            }
        }
    }

    /// PC and EPC.
    private static func coded(_ epc: [UInt8]) -> [UInt8] { [UInt8(epc.count / 2) << 3, 0] + epc }
}
