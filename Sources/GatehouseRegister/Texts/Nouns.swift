internal import GatehouseCore

/// What rows are called in sentences about them.
extension RegistryKind {
    var noun: Sentence {
        switch self {
        case .community: Sentence("community")
        case .dwelling: Sentence("dwelling")
        case .person: Sentence("person")
        case .tenancy: Sentence("tenancy")
        case .credential: Sentence("credential")
        case .vehicle: Sentence("vehicle")
        case .consent: Sentence("consent")
        }
    }
}

extension CredentialKind {
    var noun: Sentence {
        switch self {
        case .card: Sentence("card")
        case .pin: Sentence("PIN")
        case .face: Sentence("face")
        case .plate: Sentence("plate")
        }
    }
}
