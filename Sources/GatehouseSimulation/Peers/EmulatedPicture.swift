internal import CGD

/// A JPEG that an emulated camera serves: the camera's name, a count that changes with each picture, and a figure.
package enum EmulatedPicture {
    package static func jpeg(camera: String, number: Int) -> [UInt8] {
        guard let image = gdImageCreateTrueColor(320, 180) else { return [] }
        defer { gdImageDestroy(image) }
        let hue = (number * 47) % 200
        let ground = gdImageColorAllocate(image, 40, 60, 50)
        let figure = gdImageColorAllocate(image, Int32(55 + hue), Int32(230 - hue), 160)
        let white = gdImageColorAllocate(image, 240, 240, 240)
        gdImageFilledRectangle(image, 0, 0, 319, 179, ground)
        let x = Int32(60 + (number * 31) % 200)
        gdImageFilledEllipse(image, x, 70, 36, 44, figure)
        gdImageFilledRectangle(image, x - 28, 94, x + 28, 175, figure)
        var text = Array("\(camera)  #\(number)".utf8) + [0]
        gdImageString(image, gdFontGetLarge(), 8, 8, &text, white)
        var size: Int32 = 0
        guard let data = gdImageJpegPtr(image, &size, 80) else { return [] }
        defer { gdFree(data) }
        return Array(UnsafeRawBufferPointer(start: data, count: Int(size)))
    }
}
