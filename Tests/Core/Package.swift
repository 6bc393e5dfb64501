// swift-tools-version:6.2

import PackageDescription

// The core alone, for tools that compile everything they look at: the sanitizers (scripts/sanitize), libFuzzer
// (scripts/fuzz) and the budgets of instructions and allocations (loadtests/budgets), which are a release's. Its folders
// link to those of the project; nothing here is compiled from a copy.

// What is built: `store` (nothing from outside), `decoders` (that, and all that reads bytes from outside), `collector`
// (with NIO), `fuzz` (instrumented, with the fuzzer's program) or `steps` (the program the budgets count).
let part = Context.environment["VENDANGE_CORE"] ?? "store"

// The collector's codec without its event loops.
let codec = [
    "HTTP/HostField.swift", "HTTP/Octets.swift", "HTTP/RequestField.swift", "HTTP/RequestHead.swift",
    "HTTP/RequestParser.swift", "HTTP/Route.swift",
]

let yams = Package.Dependency.package(url: "https://github.com/jpsim/Yams.git", from: "6.2.0")
let settings = Target.target(
    name: "Settings",
    dependencies: ["Domain", .product(name: "Yams", package: "Yams")]
)

let package = Package(
    name: "core",
    platforms: [.macOS(.v26)],
    targets: [
        .systemLibrary(name: "CChecksum"),
        .target(name: "Domain", dependencies: ["CChecksum"]),
        .systemLibrary(name: "CPrefetch"),
        .target(name: "ScoreStore", dependencies: ["CPrefetch", "Domain"]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "EventLog", dependencies: ["CZlib", "Domain", "ScoreStore"]),
        .target(name: "TestSupport", dependencies: ["Domain"], path: "Tests/TestSupport"),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "TestSupport"]),
        .testTarget(name: "ScoreStoreTests", dependencies: ["Domain", "ScoreStore", "TestSupport"]),
        .testTarget(name: "EventLogTests", dependencies: ["Domain", "EventLog", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

if part == "collector" {
    let nio = { (product: String) in Target.Dependency.product(name: product, package: "swift-nio") }
    package.dependencies = [
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    ]
    package.targets += [
        .systemLibrary(name: "CSockets"),
        .target(
            name: "Collector",
            dependencies: [
                "CSockets", "Domain", "ScoreStore", nio("NIOCore"), nio("NIOHTTP1"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            // BoringSSL takes longer to build than everything else together.
            exclude: ["TLS"]
        ),
        .testTarget(
            name: "CollectorTests",
            dependencies: [
                "Collector", "Domain", "ScoreStore", "TestSupport", nio("NIOCore"), nio("NIOEmbedded"),
                nio("NIOHTTP1"), nio("NIOPosix"),
            ]
        ),
    ]
}

if part == "collector" {
    // What is built for the thread sanitizer locks with a lock that the sanitizer sees.
    for target in package.targets where target.type != .system {
        target.dependencies.append("TracedLocks")
        target.swiftSettings = [.unsafeFlags(["-module-alias", "Synchronization=TracedLocks"])]
    }
    package.targets += [.target(name: "CTraced"), .target(name: "TracedLocks", dependencies: ["CTraced"])]
}

if part == "decoders" {
    package.dependencies = [yams]
    package.targets += [
        settings,
        .target(name: "Collector", dependencies: ["Domain"], sources: codec),
        .testTarget(name: "FuzzTests", dependencies: ["Collector", "Domain", "ScoreStore", "Settings"]),
    ]
}

if part == "fuzz" {
    package.dependencies = [yams]
    package.targets = [
        .systemLibrary(name: "CChecksum"),
        .target(name: "Domain", dependencies: ["CChecksum"]),
        .systemLibrary(name: "CPrefetch"),
        .target(name: "ScoreStore", dependencies: ["CPrefetch", "Domain"]),
        settings,
        .target(name: "Collector", dependencies: ["Domain"], sources: codec),
        .target(name: "FuzzTargets", dependencies: ["Collector", "Domain", "ScoreStore", "Settings"]),
        .executableTarget(name: "fuzz", dependencies: ["FuzzTargets"]),
    ]
}

if part == "steps" {
    package.targets = [
        .systemLibrary(name: "CChecksum"),
        .target(name: "Domain", dependencies: ["CChecksum"]),
        .systemLibrary(name: "CPrefetch"),
        .target(name: "ScoreStore", dependencies: ["CPrefetch", "Domain"]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "EventLog", dependencies: ["CZlib", "Domain", "ScoreStore"]),
        .target(
            name: "Collector",
            dependencies: ["Domain"],
            sources: codec,
            swiftSettings: [.unsafeFlags(["-enable-testing"])]
        ),
        .target(name: "Measuring", dependencies: ["Domain"]),
        .executableTarget(
            name: "steps",
            dependencies: ["Collector", "Domain", "EventLog", "Measuring", "ScoreStore"]
        ),
    ]
}

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InferIsolatedConformances"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .enableUpcomingFeature("ImmutableWeakCaptures"),
        ]
    guard part == "fuzz" else { continue }
    target.swiftSettings?.append(
        .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library", "-enable-testing"])
    )
    if target.name == "fuzz" { target.linkerSettings = [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])] }
}
