import Testing

/// Dependencies point one way (docs/architecture.md): a module that imports what it may not is a design that slips.
@Suite struct ModuleTests {
    /// What each module may import. Arrows point down only; the rims never import each other.
    static let allowed: [String: Set<String>] = [
        "Domain": ["CChecksum"],
        "ScoreStore": ["CPrefetch", "Domain", "Glibc", "Synchronization"],
        "EventLog": ["CZlib", "Domain", "Glibc", "ScoreStore", "Synchronization"],
        "Catalog": ["CSQLite", "Domain", "Foundation", "GRDB", "ScoreStore", "Synchronization"],
        "Collector": [
            "CSockets", "Dispatch", "Domain", "Glibc", "HeapModule", "NIOCore", "NIOHTTP1", "NIOSSL", "ScoreStore",
            "Synchronization",
        ],
        "Delivery": [
            "AsyncHTTPClient", "Crypto", "Domain", "FoundationEssentials", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix",
            "Synchronization",
        ],
        "Console": [
            "Domain", "Foundation", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "ServiceLifecycle",
            "Synchronization",
        ],
        "Settings": ["Domain", "Foundation", "Yams"],
        "Server": [
            "Catalog", "Collector", "Console", "Crypto", "Delivery", "Domain", "EventLog", "Foundation", "Glibc",
            "Logging", "ScoreStore", "ServiceLifecycle", "Settings", "Synchronization", "NIOCore",
        ],
        "Demo": [
            "AsyncHTTPClient", "Crypto", "Domain", "Foundation", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
            "NIOHTTP1", "Synchronization",
        ],
        "vendange": [
            "ArgumentParser", "AsyncHTTPClient", "Demo", "Domain", "EventLog", "Foundation", "Logging", "NIOCore",
            "NIOHTTP1", "Server", "ServiceLifecycle", "Settings", "Synchronization", "UnixSignals",
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
