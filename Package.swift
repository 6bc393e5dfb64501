// swift-tools-version:6.2

import PackageDescription

let nio = { (product: String) in Target.Dependency.product(name: product, package: "swift-nio") }

let package = Package(
    name: "vendange",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "vendange", targets: ["vendange"])
    ],
    dependencies: [
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.34.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0", traits: []),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // The core: values and pure functions, then the slots that fold.
        .systemLibrary(name: "CChecksum"),
        .target(name: "Domain", dependencies: ["CChecksum"]),
        .systemLibrary(name: "CPrefetch"),
        .target(name: "ScoreStore", dependencies: ["CPrefetch", "Domain"]),

        // The rims: each knows one outside technology, and none of them knows another.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "EventLog", dependencies: ["CZlib", "Domain", "ScoreStore"]),
        .systemLibrary(name: "CSockets"),
        .target(
            name: "Collector",
            dependencies: [
                "CSockets", "Domain", "ScoreStore", nio("NIOCore"), nio("NIOHTTP1"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "Catalog",
            dependencies: ["CSQLite", "Domain", "ScoreStore", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        .target(
            name: "Delivery",
            dependencies: [
                "Domain", nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "Console",
            dependencies: [
                "Domain",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Resources/contact.js"), .embedInCode("Resources/contact.css")]
        ),
        .target(name: "Settings", dependencies: ["Domain", .product(name: "Yams", package: "Yams")]),

        // The composition root, the demonstration that rides on it, and the command line.
        .target(
            name: "Server",
            dependencies: [
                "Catalog", "Collector", "Console", "Delivery", "Domain", "EventLog", "ScoreStore", "Settings",
                nio("NIOCore"), nio("NIOPosix"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            // Links to the built tracker, so that one binary is all there is to install.
            resources: [.embedInCode("Resources/t.js"), .embedInCode("Resources/forms.js")]
        ),
        .target(
            name: "Demo",
            dependencies: [
                "Domain", nio("NIOCore"), nio("NIOHTTP1"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("Resources/model.demo.yaml")]
        ),
        .executableTarget(
            name: "vendange",
            dependencies: [
                "Demo", "Domain", "EventLog", "Server", "Settings", nio("NIOCore"), nio("NIOHTTP1"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),

        // What one event costs, in process; see loadtests/README.md.
        .target(name: "Measuring", dependencies: ["Domain"], path: "loadtests/Sources/measuring"),
        .executableTarget(
            name: "vendange-bench",
            dependencies: [
                "Domain", "EventLog", "Measuring", "ScoreStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            path: "loadtests/Sources/bench"
        ),
        // Requests at a fixed rate, and how long their answers take.
        .executableTarget(
            name: "vendange-load",
            dependencies: [
                nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            path: "loadtests/Sources/load"
        ),

        // Tests mirror the sources.
        .target(name: "TestSupport", dependencies: ["Domain"], path: "Tests/TestSupport"),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "TestSupport"]),
        .testTarget(name: "ScoreStoreTests", dependencies: ["Domain", "ScoreStore", "TestSupport"]),
        .testTarget(name: "EventLogTests", dependencies: ["Domain", "EventLog", "ScoreStore", "TestSupport"]),
        .testTarget(
            name: "CollectorTests",
            dependencies: [
                "Collector", "Domain", "ScoreStore", "TestSupport", nio("NIOCore"), nio("NIOEmbedded"),
                nio("NIOHTTP1"), nio("NIOPosix"),
            ]
        ),
        .testTarget(
            name: "CatalogTests",
            dependencies: [
                "Catalog", "Domain", "ScoreStore", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "DeliveryTests",
            dependencies: [
                "Delivery", "Domain", "TestSupport", nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "ConsoleTests",
            dependencies: [
                "Console", "Domain", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        // The functions that libFuzzer calls (Tests/Core), replaying what it found.
        .testTarget(name: "FuzzTests", dependencies: ["Collector", "Domain", "ScoreStore", "Settings"]),
        .testTarget(name: "SettingsTests", dependencies: ["Domain", "Settings", "TestSupport"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Catalog", "Collector", "Domain", "EventLog", "ScoreStore", "Server", "TestSupport", nio("NIOCore"),
                nio("NIOEmbedded"), .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Catalog", "Collector", "Delivery", "Domain", "EventLog", "ScoreStore", "Server", "Settings",
                "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "DemoTests",
            dependencies: [
                "Demo", "Domain", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(name: "CommandLineTests", dependencies: ["vendange"]),
        .testTarget(name: "TidyTests", dependencies: []),
    ],
    swiftLanguageModes: [.v6]
)

// One set of compiler features for every target, so that no module is less strict than another.
for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .treatAllWarnings(as: .error),
            // SE-0335: existential types are spelled `any`, which makes every box visible in review.
            .enableUpcomingFeature("ExistentialAny"),
            // SE-0409: an import is internal unless it says otherwise.
            .enableUpcomingFeature("InternalImportsByDefault"),
            // SE-0444: members come only from modules the file imports.
            .enableUpcomingFeature("MemberImportVisibility"),
            // SE-0470: conformances are isolated with their type.
            .enableUpcomingFeature("InferIsolatedConformances"),
            // SE-0461: async functions run where their caller runs.
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            // SE-0481: a weak capture that is never assigned is a `let`.
            .enableUpcomingFeature("ImmutableWeakCaptures"),
        ]
}
