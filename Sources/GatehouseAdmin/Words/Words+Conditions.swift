package import GatehouseCore

/// Conditions in the language of whoever reads them.
extension Words {
    /// What it is, and what to do.
    package static func condition(_ code: HealthCode, _ language: Language) -> (sentence: String, advice: String) {
        (code.sentence.text(in: language), code.advice.text(in: language))
    }

    package static func severity(_ severity: HealthCode.Severity, _ language: Language) -> String {
        guard language == .chinese else { return severity.rawValue.uppercased() }
        return switch severity {
        case .info: "提示"
        case .warning: "注意"
        case .fault: "故障"
        case .alarm: "报警"
        }
    }
}
