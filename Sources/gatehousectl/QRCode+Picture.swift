import CGD
import GatehouseCase

extension QRCode {
    /// A PNG with so many pixels an edge of a square; empty when there was no memory.
    func png(scale: Int32 = 8) -> [UInt8] {
        let size = Int32(width + 2 * Self.margin) * scale
        guard let image = gdImageCreate(size, size) else { return [] }
        defer { gdImageDestroy(image) }
        // The first colour is the ground.
        _ = gdImageColorAllocate(image, 255, 255, 255)
        let dark = gdImageColorAllocate(image, 0, 0, 0)
        for y in 0..<width {
            for x in 0..<width where isDark(x, y) {
                let left = Int32(x + Self.margin) * scale
                let top = Int32(y + Self.margin) * scale
                gdImageFilledRectangle(image, left, top, left + scale - 1, top + scale - 1, dark)
            }
        }
        var count: Int32 = 0
        guard let data = gdImagePngPtr(image, &count) else { return [] }
        defer { gdFree(data) }
        return Array(UnsafeRawBufferPointer(start: data, count: Int(count)))
    }
}
