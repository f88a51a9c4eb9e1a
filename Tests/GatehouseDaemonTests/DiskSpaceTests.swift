import Testing

@testable import GatehouseDaemon

@Suite struct DiskSpaceTests {
    private func changes(_ free: [UInt64], of capacity: UInt64) -> [Bool?] {
        var space = DiskSpace()
        return free.map { space.take(.init(free: $0 << 20, capacity: capacity << 20)) }
    }

    @Test func isToldOnceAndDoesNotFlicker() {
        #expect(
            changes([500, 128, 127, 126, 129, 191, 192, 128], of: 10_000) == [
                nil, nil, true, nil, nil, nil, false, nil,
            ])
    }

    @Test func aSmallDiskIsFullAtATenth() {
        #expect(changes([64, 26, 25, 38, 39], of: 256) == [nil, nil, true, nil, false])
    }

    @Test func aFolderHasADisk() throws {
        let reading = try #require(DiskSpace.read("/"))
        #expect(reading.capacity > 0 && reading.free <= reading.capacity)
        #expect(DiskSpace.read("/no/such/folder") == nil)
    }
}
