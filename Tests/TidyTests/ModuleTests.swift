import Testing

/// Dependencies point one way (docs/architecture.md): a module that imports what it may not is a design that slips.
@Suite struct ModuleTests {
    /// What each module may import. Arrows point down only; the rims never import each other.
    static let allowed: [String: Set<String>] = [
        "Domain": [],
        "ScoreStore": ["Domain", "Synchronization", "Glibc"],
        "EventLog": ["Domain", "ScoreStore", "Synchronization", "Glibc"],
        "Catalog": ["Domain", "ScoreStore", "GRDB", "Foundation", "Synchronization"],
        "Collector": ["Domain", "ScoreStore", "NIOCore", "NIOHTTP1", "NIOPosix", "Synchronization"],
        "Delivery": [
            "Domain", "ScoreStore", "NIOCore", "NIOHTTP1", "NIOPosix", "AsyncHTTPClient", "Crypto", "Logging",
            "Foundation", "Synchronization", "Glibc",
        ],
        "Console": [
            "Domain", "ScoreStore", "NIOCore", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "Foundation",
            "Synchronization",
        ],
        "Settings": ["Domain", "Yams", "Foundation"],
        "Server": [
            "Catalog", "Collector", "Console", "Delivery", "Domain", "EventLog", "ScoreStore", "Settings", "Crypto",
            "Foundation", "Glibc", "Logging", "NIOCore", "NIOPosix", "ServiceLifecycle", "Synchronization",
        ],
        "Demo": [
            "Domain", "AsyncHTTPClient", "Crypto", "Foundation", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
            "NIOHTTP1", "NIOPosix", "ServiceLifecycle", "Synchronization",
        ],
        "vendange": [
            "ArgumentParser", "AsyncHTTPClient", "Demo", "Domain", "EventLog", "Foundation", "Logging", "NIOCore",
            "NIOHTTP1", "Server", "ServiceLifecycle", "Settings", "UnixSignals",
        ],
    ]

    @Test func everyModuleImportsOnlyWhatItMay() {
        for file in Tree.swiftFiles(in: "Sources") {
            for name in Self.imports(of: file) {
                #expect(Self.allowed[file.module]?.contains(name) == true, "\(file.path) imports \(name)")
            }
        }
    }

    static func imports(of file: Tree.File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword <= 1, !line.hasPrefix(" ") else { return nil }
            return words[words.index(after: keyword)...].first { !["struct", "class", "func", "enum"].contains($0) }
                .map { String($0.prefix { $0 != "." }) }
        }
    }
}
