import Glibc

// The driver of libFuzzer. SwiftPM renames the main of a program, so the library's own cannot be used.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

// Chosen once, before the driver runs; the driver calls from this thread alone.
nonisolated(unsafe) var chosen: ([UInt8]) -> Void = { _ in }

func usage() -> Never {
    print("usage: gatehouse-fuzz TARGET [options of libFuzzer] [folder of a corpus]\n       gatehouse-fuzz list")
    exit(2)
}

guard CommandLine.arguments.count >= 2 else { usage() }
if CommandLine.arguments[1] == "list" {
    for name in Targets.all.keys.sorted() { print(name) }
    exit(0)
}
guard let target = Targets.all[CommandLine.arguments[1]] else { usage() }
chosen = target
var words: [UnsafeMutablePointer<CChar>?] =
    ([CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)).map { strdup($0) } + [nil]
var count = Int32(words.count - 1)
let status = words.withUnsafeMutableBufferPointer { buffer in
    var base = buffer.baseAddress
    return runDriver(&count, &base) { octets, size in
        chosen(Array(UnsafeBufferPointer(start: octets, count: size)))
        return 0
    }
}
exit(status)
