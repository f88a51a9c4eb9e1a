internal import GatehouseCore
internal import CZip

/// The parts of an archive in memory, inflated within bounds. The only file that knows libzip.
///
/// A class: the archive is freed with its last owner.
final class ZipArchive {
    private let memory: UnsafeMutableRawPointer
    private let handle: OpaquePointer
    private let size: Int
    private var places: [String: UInt64] = [:]
    private var inflated = 0

    init(_ octets: [UInt8]) throws(SheetRefusal) {
        size = octets.count
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, octets.count), alignment: 16)
        octets.withUnsafeBytes { if let start = $0.baseAddress { memory.copyMemory(from: start, byteCount: $0.count) } }
        self.memory = memory
        var error = zip_error_t()
        guard let source = zip_source_buffer_create(memory, zip_uint64_t(octets.count), 0, &error) else {
            memory.deallocate()
            throw SheetRefusal(Sentence("the workbook could not be opened"))
        }
        guard let opened = zip_open_from_source(source, Int32(ZIP_RDONLY), &error) else {
            zip_source_free(source)
            memory.deallocate()
            throw SheetRefusal(
                Sentence("the workbook is damaged: \(String(cString: zip_error_strerror(&error))); save it again"))
        }
        handle = opened
        let count = zip_get_num_entries(handle, 0)
        guard count <= SheetBounds.parts else {
            throw SheetRefusal(Sentence("the workbook has more than \(SheetBounds.parts) parts"))
        }
        for index in 0..<zip_uint64_t(clamping: count) {
            guard let name = zip_get_name(handle, index, zip_flags_t(ZIP_FL_ENC_RAW)) else { continue }
            guard places.updateValue(index, forKey: String(cString: name)) == nil else {
                throw SheetRefusal(Sentence("the workbook has a part twice; save it again"))
            }
        }
    }

    deinit {
        zip_discard(handle)
        memory.deallocate()
    }

    var names: [String] { places.keys.sorted() }

    func has(_ name: String) -> Bool { places[name] != nil }

    /// The octets of a part; nil when there is none of the name.
    func read(_ name: String) throws(SheetRefusal) -> [UInt8]? {
        guard let place = places[name] else { return nil }
        var found = zip_stat_t()
        zip_stat_init(&found)
        if zip_stat_index(handle, place, 0, &found) == 0, found.encryption_method != ZIP_EM_NONE {
            throw SheetRefusal(Sentence("the workbook has a password; save it without"))
        }
        guard let part = zip_fopen_index(handle, place, 0) else {
            throw SheetRefusal(Sentence("the workbook is damaged at \(name); save it again"))
        }
        defer { zip_fclose(part) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = zip_fread(part, &buffer, zip_uint64_t(buffer.count))
            if count == 0 { return octets }
            guard count > 0, count <= buffer.count else {
                throw SheetRefusal(Sentence("the workbook is damaged at \(name); save it again"))
            }
            inflated += Int(count)
            let isBomb = inflated > SheetBounds.freelyInflated && inflated / SheetBounds.ratio > size
            guard inflated <= SheetBounds.inflated, !isBomb else {
                throw SheetRefusal(Sentence("the workbook is far larger than its file: it is not read any further"))
            }
            octets += buffer[0..<Int(count)]
        }
    }
}
