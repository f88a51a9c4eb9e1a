/// `witnesses`: who sees that the journal only grows.
enum WitnessSection {
    static func read(_ top: MappingReader, _ configuration: inout Configuration) {
        configuration.witnesses = top.group("witnesses") { group in
            var settings = WitnessSettings(policyFile: group.required("policy", .path, placeholder: ""))
            settings.caFile = group.optional("ca_file", .path)
            settings.timeout = group.optional(
                "timeout", .duration(in: .milliseconds(500)...(.seconds(30))), default: settings.timeout)
            return settings
        }
    }
}
