// swift-tools-version: 6.2
import PackageDescription

// Imports point downwards only: Core <- Threads, Protocols, Crypto <- Store, Configuration, Admin, Devices <- Register,
// Runtime, Case <- Desk <- Daemon, Uplink, Simulation <- programs. Tests/ArchitectureTests holds the same table with the reasons.
let package = Package(
    name: "gatehouse",
    products: [
        .executable(name: "gatehoused", targets: ["gatehoused"]),
        .executable(name: "gatehouse-uplink", targets: ["gatehouse-uplink"]),
        .executable(name: "gatehousectl", targets: ["gatehousectl"]),
        .executable(name: "gatehouse-witness", targets: ["gatehouse-witness"]),
        .executable(name: "gatehouse-sim", targets: ["gatehouse-sim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        // One C library each: a module map, a shim header, nothing else.
        .target(name: "CGPIOD", linkerSettings: [.linkedLibrary("gpiod")]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CGD", pkgConfig: "gdlib", providers: [.apt(["libgd-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .target(name: "CLinux"),

        .target(name: "GatehouseCore"),
        .target(name: "GatehouseThreads", dependencies: ["GatehouseCore", "CLinux"]),
        .target(name: "GatehouseProtocols", dependencies: ["GatehouseCore"]),
        .target(name: "GatehouseCrypto", dependencies: ["GatehouseCore", "COpenSSL"]),
        .target(name: "GatehouseStore", dependencies: ["GatehouseCore", "GatehouseThreads", "CSQLite", "CLinux"]),
        .target(name: "GatehouseConfiguration", dependencies: ["GatehouseCore", "GatehouseProtocols", "CYAML"]),
        .target(name: "GatehouseDevices", dependencies: ["GatehouseCore", "GatehouseProtocols", "CGPIOD", "CLinux"]),
        .target(
            name: "GatehouseAdmin",
            dependencies: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseThreads", "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ],
            // Part of the program: what a reader of the words needs lies in no folder that could be missing.
            resources: [.embedInCode("Words/zh.po")]),
        .target(
            name: "GatehouseRegister",
            dependencies: ["GatehouseAdmin", "GatehouseProtocols", "GatehouseCrypto", "GatehouseCore", "CLinux"]),
        .target(name: "GatehouseSheets", dependencies: ["GatehouseCore", "CZip", "CExpat"]),
        .target(
            name: "GatehouseAccounts",
            dependencies: ["GatehouseCore", "GatehouseCrypto", "GatehouseThreads", "CSodium", "CLinux"]),
        .target(
            name: "GatehouseCase",
            dependencies: ["GatehouseAdmin", "GatehouseCrypto", "GatehouseCore", "CLinux", "CQREncode"]),
        .target(
            name: "GatehouseDesk",
            dependencies: [
                "GatehouseRegister", "GatehouseCase", "GatehouseAdmin", "GatehouseConfiguration", "GatehouseStore",
                "GatehouseProtocols", "GatehouseThreads", "GatehouseCrypto", "GatehouseCore",
            ]),
        .target(name: "GatehouseRuntime", dependencies: ["GatehouseCore", "GatehouseStore"]),
        .target(
            name: "GatehouseDaemon",
            dependencies: [
                "GatehouseCore", "GatehouseProtocols", "GatehouseCrypto", "GatehouseStore", "GatehouseConfiguration",
                "GatehouseDevices", "GatehouseAdmin", "GatehouseRegister", "GatehouseDesk", "GatehouseRuntime",
                "GatehouseThreads", "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "GatehouseUplink",
            dependencies: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseConfiguration", "GatehouseAdmin", "GatehouseProtocols",
                "GatehouseThreads", "CCurl", "CLinux", .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "GatehouseWitness",
            dependencies: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseThreads", "CMicroHTTPD", "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "GatehouseSimulation",
            dependencies: [
                "GatehouseCore", "GatehouseProtocols", "GatehouseCrypto", "GatehouseStore", "GatehouseConfiguration",
                "GatehouseAdmin", "GatehouseRegister", "GatehouseDesk", "GatehouseRuntime", "GatehouseThreads",
                "CMicroHTTPD", "CGD", "CLinux",
            ]),

        .executableTarget(
            name: "gatehoused",
            dependencies: [
                "GatehouseDaemon", "GatehouseConfiguration", "GatehouseCrypto", "GatehouseCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "gatehouse-uplink",
            dependencies: [
                "GatehouseUplink", "GatehouseConfiguration", "GatehouseCrypto", "GatehouseAdmin", "GatehouseCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "gatehouse-witness",
            dependencies: [
                "GatehouseWitness", "GatehouseAdmin", "GatehouseCrypto", "GatehouseCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "gatehousectl",
            dependencies: [
                "GatehouseAdmin", "GatehouseConfiguration", "GatehouseStore", "GatehouseCrypto", "GatehouseCore",
                "GatehouseRegister", "GatehouseSheets", "GatehouseCase", "GatehouseAccounts", "CLinux", "CGD",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "gatehouse-sim",
            dependencies: [
                "GatehouseSimulation", "GatehouseConfiguration", "GatehouseCore", "GatehouseCrypto",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .testTarget(
            name: "GatehouseUplinkTests",
            dependencies: [
                "GatehouseUplink", "GatehouseSimulation", "GatehouseAdmin", "GatehouseConfiguration", "GatehouseCore",
                "GatehouseCrypto", "GatehouseThreads", "CLinux",
            ]),
        .testTarget(
            name: "GatehouseWitnessTests",
            dependencies: [
                "GatehouseWitness", "GatehouseThreads", "GatehouseCrypto", "GatehouseCore", "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "GatehouseDeskTests",
            dependencies: [
                "GatehouseSimulation", "GatehouseDesk", "GatehouseRegister", "GatehouseCase", "GatehouseAdmin",
                "GatehouseConfiguration", "GatehouseStore", "GatehouseRuntime", "GatehouseProtocols",
                "GatehouseThreads", "GatehouseCrypto",
                "GatehouseCore",
            ]),
        .testTarget(
            name: "GatehouseAdminTests",
            dependencies: ["GatehouseAdmin", "GatehouseThreads", "GatehouseCore", "GatehouseCrypto"]),
        .testTarget(
            name: "GatehouseRegisterTests",
            dependencies: [
                "GatehouseRegister", "GatehouseAdmin", "GatehouseProtocols", "GatehouseCore", "GatehouseCrypto",
            ]),
        .testTarget(
            name: "GatehouseAccountsTests",
            dependencies: ["GatehouseAccounts", "GatehouseThreads", "GatehouseCrypto", "GatehouseCore"]),
        .testTarget(name: "GatehouseSheetsTests", dependencies: ["GatehouseSheets", "GatehouseCore"]),
        .testTarget(
            name: "GatehouseCaseTests",
            dependencies: ["GatehouseCase", "GatehouseAdmin", "GatehouseCrypto", "GatehouseCore"]),
        .testTarget(name: "ArchitectureTests", dependencies: ["GatehouseAdmin", "GatehouseCore"]),
        .testTarget(name: "GatehouseThreadsTests", dependencies: ["GatehouseThreads", "GatehouseCore"]),
        .testTarget(
            name: "FixtureTests",
            dependencies: [
                "GatehouseStore", "GatehouseUplink", "GatehouseRegister", "GatehouseConfiguration", "GatehouseAdmin",
                "GatehouseCrypto", "GatehouseCore",
            ]),
        .testTarget(name: "GatehouseCoreTests", dependencies: ["GatehouseCore", "GatehouseCrypto"]),
        .testTarget(
            name: "GatehouseProtocolsTests",
            dependencies: ["GatehouseProtocols", "GatehouseCore", "GatehouseCrypto", "GatehouseSimulation"],
            exclude: ["Recordings"]),
        .testTarget(name: "GatehouseCryptoTests", dependencies: ["GatehouseCrypto", "GatehouseCore"]),
        .testTarget(
            name: "GatehouseStoreTests",
            dependencies: ["GatehouseStore", "GatehouseAdmin", "GatehouseCrypto", "GatehouseCore"]),
        .testTarget(
            name: "GatehouseConfigurationTests",
            dependencies: ["GatehouseConfiguration", "GatehouseProtocols", "GatehouseCore"]),
        .testTarget(
            name: "GatehouseDevicesTests",
            dependencies: ["GatehouseDevices", "GatehouseProtocols", "GatehouseCore", "CLinux"]),
        .testTarget(
            name: "GatehouseDaemonTests",
            dependencies: [
                "GatehouseDaemon", "GatehouseConfiguration", "GatehouseProtocols", "GatehouseSimulation",
                "GatehouseCore", "CLinux", .product(name: "Logging", package: "swift-log"),
            ]),
    ]
)

// `make test-fuzz` builds the fuzzer, and every target with it, in a folder of its own; other builds know nothing of it.
let isFuzzing = Context.environment["GATEHOUSE_FUZZ"] != nil
if isFuzzing {
    package.products.append(.executable(name: "gatehouse-fuzz", targets: ["gatehouse-fuzz"]))
    package.targets.append(
        .executableTarget(
            name: "gatehouse-fuzz",
            dependencies: [
                "GatehouseCore", "GatehouseProtocols", "GatehouseCrypto", "GatehouseConfiguration", "GatehouseAdmin",
                "GatehouseSimulation", "GatehouseUplink", "GatehouseStore", "GatehouseRegister", "GatehouseRuntime",
                "GatehouseSheets", "GatehouseCase",
            ],
            path: "Tests/Fuzz", exclude: ["make-corpus", "test-fuzz", "Crashes"],
            // The linker that SwiftPM takes dies on the sections of the sanitizers.
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]))
}

// The page, with the HTTP server that it alone has; the fuzzer builds neither.
if !isFuzzing {
    package.products.append(.executable(name: "gatehouse-console", targets: ["gatehouse-console"]))
    package.dependencies += [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ]
    package.targets += [
        .target(
            name: "GatehouseConsole",
            dependencies: [
                "GatehouseCore", "GatehouseCrypto", "GatehouseThreads", "GatehouseAdmin", "GatehouseAccounts",
                "GatehouseCase",
                "GatehouseSheets", "CLinux",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // Part of the program: nothing that a browser is given lies in a folder that could be changed.
            resources: [.embedInCode("Assets")]),
        .executableTarget(
            name: "gatehouse-console",
            dependencies: [
                "GatehouseConsole", "GatehouseAccounts", "GatehouseAdmin", "GatehouseCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(
            name: "GatehouseConsoleTests",
            dependencies: ["GatehouseConsole", "GatehouseAccounts", "GatehouseAdmin", "GatehouseCore"]),
    ]
}

// Language habits for every Swift target of ours. Warnings are errors where CI says so.
for target in package.targets where target.type != .system && !["CLinux", "CGPIOD"].contains(target.name) {
    var settings = target.swiftSettings ?? []
    settings += [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
    if Context.environment["GATEHOUSE_STRICT"] != nil {
        settings.append(.treatAllWarnings(as: .error))
    }
    if isFuzzing { settings.append(.unsafeFlags(["-sanitize=fuzzer,address"])) }
    target.swiftSettings = settings
}
