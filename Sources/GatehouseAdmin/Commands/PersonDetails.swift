internal import GatehouseCore

/// What stands on the register beside a person.
package struct PersonDetails: Codable, Hashable, Sendable {
    package var tenancies: [TenancyView]
    package var credentials: [CredentialView]
    package var vehicles: [VehicleView]
    package var responsibleFor: [PersonView]
    package var history: [PastState<PersonView>]
    /// Dwellings that are named here, by their code.
    package var homes: [Home]
    /// Since when credentials are off, and who did it; those that a guard suspended too.
    package var off: [Off]
    private enum CodingKeys: String, CodingKey {
        case tenancies, credentials, vehicles, history, homes, off
        case responsibleFor = "responsible_for"
    }
    package init(
        tenancies: [TenancyView], credentials: [CredentialView], vehicles: [VehicleView],
        responsibleFor: [PersonView], history: [PastState<PersonView>], homes: [Home] = [], off: [Off] = []
    ) {
        self.tenancies = tenancies
        self.credentials = credentials
        self.vehicles = vehicles
        self.responsibleFor = responsibleFor
        self.history = history
        self.homes = homes
        self.off = off
    }

    package struct Home: Codable, Hashable, Sendable {
        package var id: UInt32
        /// `community/dwelling`.
        package var dwelling: String
        package init(id: UInt32, dwelling: String) {
            self.id = id
            self.dwelling = dwelling
        }
    }

    package struct Off: Codable, Hashable, Sendable {
        package var credential: UInt32
        package var since: String?
        package var by: String?
        /// The entry with which it became so.
        package var event: UInt64?
        /// When it ends by itself: a guard suspended it.
        package var until: String?
        package init(credential: UInt32, since: String?, by: String?, event: UInt64?, until: String? = nil) {
            self.credential = credential
            self.since = since
            self.by = by
            self.event = event
            self.until = until
        }
    }
}
