package import GatehouseCore
package import GatehouseProtocols

/// Bits to the falling edges of two data lines, as a reader pulls them: wgfeed of the bench.
package struct WiegandEncoder: Sendable {
    package struct Edge: Hashable, Sendable {
        package var line: WiegandDecoder.Line
        package var at: MonotonicTime

        package init(line: WiegandDecoder.Line, at: MonotonicTime) {
            self.line = line
            self.at = at
        }
    }

    /// From the start of one pulse to the start of the next; readers in use send 200 microseconds to 20 ms.
    package var bitPeriod: Duration

    package init(bitPeriod: Duration = .milliseconds(2)) { self.bitPeriod = bitPeriod }

    /// The falling edges of one frame, the first at `start`.
    package func edges(of bits: BitString, startingAt start: MonotonicTime) -> [Edge] {
        (0..<bits.count).map { index in
            Edge(line: bits[index] ? .data1 : .data0, at: start + bitPeriod * index)
        }
    }

    /// The burst of one key in 8-bit mode: the complement of the key, then the key.
    package func burst(of key: PadKey) -> BitString? {
        let code: UInt8
        switch key {
        case .digit(let digit): code = digit & 0x0F
        case .clear: code = 10
        case .enter: code = 11
        case .function(let number): code = 12 + number
        }
        guard code <= 15 else { return nil }
        return BitString(octets: [(~code & 0x0F) << 4 | code], count: 8)
    }
}
