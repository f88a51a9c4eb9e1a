import GatehouseConfiguration
import GatehouseCore
import GatehouseSimulation
import GatehouseStore

/// The walk test that a start finds in a database.
enum StoredWalk {
    static func load(_ bench: DeskBench) throws -> WalkRun? {
        try StoreLoader(path: bench.configuration.files.database, secrets: bench.secrets)
            .load(site: bench.configuration.site).restored.walk
    }
}
