internal import CLinux
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

/// Figures as ratios within one run: each beside a floor of the same machine in the same minute.
package enum Bench {
    package enum Part: String, Sendable, CaseIterable {
        case decisions, commits, starts, shadow, people, register, find, handover, buses, formats, noise, pictures,
            daemon
    }

    /// `daemon` is the program to measure as a whole. `slowSync` is a library that, loaded before the C library, makes
    /// each sync of a file wait 15 ms, `join` the program of Benchmarks/join.c; nil leaves the figures that need one out.
    package static func run(
        _ parts: [Part], folder: String, daemon: String, slowSync: String?, join: String?,
        report: @escaping (String) -> Void
    ) throws {
        for part in parts {
            switch part {
            case .decisions: try decisions(folder, join: join, report)
            case .commits: try commits(folder, report)
            case .starts: try starts(folder, report)
            case .shadow: try shadow(folder, report)
            case .people: try people(folder, report)
            case .register: try register(folder, report)
            case .find: find(report)
            case .handover: try handover(folder, report)
            case .buses:
                try buses(report)
                try wire(report)
            case .formats: formats(report)
            case .noise: noise(report)
            case .pictures: try pictures(report)
            case .daemon: try DaemonBench.run(folder: folder, daemon: daemon, slowSync: slowSync, report: report)
            }
        }
    }

    static func seconds() -> Double {
        Double(clinux_nanoseconds(CLOCK_PROCESS_CPUTIME_ID)) / 1e9
    }

    static func wall() -> Double {
        Double(clinux_nanoseconds(CLOCK_MONOTONIC)) / 1e9
    }

    /// Resident octets of a process.
    static func resident(_ process: String = "self") -> Int {
        guard let file = fopen("/proc/\(process)/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (Int(text.split(separator: " ").dropFirst().first ?? "0") ?? 0) * 4096
    }

    /// The value below which a share of the samples lies.
    static func percentile(_ samples: [Double], _ share: Double) -> Double {
        guard !samples.isEmpty else { return 0 }
        return samples.sorted()[min(samples.count - 1, Int(Double(samples.count) * share))]
    }

    static func micros(_ seconds: Double) -> String { "\(Double(Int(seconds * 1e8)) / 100) us" }
    static func ratio(_ one: Double, _ other: Double) -> String {
        "\(Double(Int(one / max(other, 1e-12) * 100)) / 100)"
    }
}
