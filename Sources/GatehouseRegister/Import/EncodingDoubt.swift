internal import GatehouseCore

/// Whether text that was read as GB18030 is Chinese, and no other encoding of the same octets: nearly any octets are GB18030.
enum EncodingDoubt {
    /// Usual words of office files, or names that begin as most Chinese names do.
    static func isChinese(_ text: some Sequence<Unicode.Scalar>) -> Bool {
        var last: Unicode.Scalar?
        var (names, usual) = (0, 0)
        for scalar in text {
            guard (0x3400...0x9FFF).contains(scalar.value) else {
                last = nil
                continue
            }
            if let last {
                if ImportHeaders.usualPairs.contains("\(last)\(scalar)") { return true }
            } else {
                names += 1
                if ImportHeaders.surnames.contains(scalar) { usual += 1 }
            }
            last = scalar
        }
        return names > 0 && usual * 5 >= names * 3
    }

    /// What the octets are, when they are no text at all.
    static func foreign(_ octets: [UInt8]) -> Sentence? {
        func starts(_ mark: [UInt8]) -> Bool { octets.starts(with: mark) }
        if starts([0x89, 0x50, 0x4E, 0x47]) || starts([0xFF, 0xD8, 0xFF]) || starts(Array("GIF8".utf8))
            || starts(Array("BM".utf8)) && octets.prefix(64).contains(0)
            || starts(Array("RIFF".utf8)) && octets.dropFirst(8).starts(with: Array("WEBP".utf8))
        {
            return Sentence("this is a picture, whatever its name says; a table is wanted: CSV, JSON or .xlsx")
        }
        if starts(Array("%PDF".utf8)) { return Sentence("this is a PDF; a table is wanted: CSV, JSON or .xlsx") }
        if starts([0x50, 0x4B, 3, 4]) {
            return Sentence(
                "this is a workbook or an archive; gatehousectl of this version reads .xlsx, or save it as CSV UTF-8")
        }
        if starts([0xD0, 0xCF, 0x11, 0xE0]) {
            return
                Sentence(
                    "this is a workbook of the old form (.xls), or one with a password; save it as .xlsx without a password"
                )
        }
        return nil
    }
}
