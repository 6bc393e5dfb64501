import Domain

/// A setting of one value or of a list of values: it may stand in the file, the environment or the command line.
struct SettingKey: Sendable {
    /// Its dotted name: the way to it in the file.
    let name: String
    /// Whether it takes several values (a list in the file, separated by commas elsewhere).
    let isList: Bool
    /// What it takes, for problems.
    let expected: String
    /// Sets it; false if the values are not what is expected.
    let apply: @Sendable (inout ServiceSettings, [String]) -> Bool

    /// The environment variable: `public.base_url` is `VENDANGE_PUBLIC_BASE_URL`.
    var variable: String {
        SettingKey.variablePrefix + self.name.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    static let variablePrefix = "VENDANGE_"

    /// Every key, in the order of the shipped file.
    static let all: [SettingKey] = general + publicKeys + privateKeys + proxyKeys + logKeys

    private static let general: [SettingKey] = [
        text("data_directory", "the path of a directory", \.dataDirectory) { !$0.isEmpty },
        SettingKey(
            name: "log_level",
            isList: false,
            expected: "one of " + ServiceSettings.LogLevel.allCases.map(\.rawValue).joined(separator: ", ")
        ) { settings, values in
            guard let level = values.first.flatMap(ServiceSettings.LogLevel.init(rawValue:)) else { return false }
            settings.logLevel = level
            return true
        },
        number("workers", 0...256, \.workers),
        text("model_file", "the path of a file", \.modelFile) { !$0.isEmpty },
        text("key_file", "the path of a file, or \"\"", \.keyFile) { _ in true },
    ]

    private static let publicKeys: [SettingKey] = [
        text("public.host", "an address or host name", \.publicListener.host, SettingGrammar.isHost),
        number("public.port", 0...65_535, \.publicListener.port),
        number("public.loops", 0...256, \.publicListener.loops),
        text(
            "public.base_url",
            "http:// or https:// with host and port, without a path",
            \.publicListener.baseURL,
            SettingGrammar.isOrigin
        ),
        text(
            "public.path_prefix",
            "\"\" or a path such as /v without a slash at its end",
            \.publicListener.pathPrefix,
            SettingGrammar.isPathPrefix
        ),
        text(
            "public.cookie_name",
            "letters, digits, _ and -",
            \.publicListener.cookieName,
            SettingGrammar.isIdentifier
        ),
        text("public.cookie_domain", "\"\" or a domain such as example.com", \.publicListener.cookieDomain) {
            $0.isEmpty || SettingGrammar.isHostname($0)
        },
        text(
            "public.tls.certificate",
            "\"\" or a PEM file with a certificate that can be read",
            \.publicListener.certificateFile
        ) { $0.isEmpty || PEMFile.holds("CERTIFICATE", path: $0) },
        text(
            "public.tls.key",
            "\"\" or a PEM file with a private key that can be read",
            \.publicListener.certificateKeyFile
        ) { $0.isEmpty || PEMFile.holds("PRIVATE KEY", path: $0) },
        number("public.rate.per_second", 0...1_000_000, \.publicListener.eventsPerSecond),
        number("public.rate.burst", Limits.eventsPerRequest...1_000_000, \.publicListener.eventBurst),
    ]

    private static let privateKeys: [SettingKey] = [
        text("private.host", "an address or host name", \.privateListener.host, SettingGrammar.isHost),
        number("private.port", 0...65_535, \.privateListener.port),
        list("private.hosts", "host names without port", \.privateListener.allowedHosts) {
            SettingGrammar.isHost($0) && $0 == $0.lowercased()
        },
        text(
            "private.base_url",
            "\"\", or http:// or https:// with host and port, without a path",
            \.privateListener.baseURL
        ) { $0.isEmpty || SettingGrammar.isOrigin($0) },
        flag("private.metrics_need_key", \.privateListener.metricsNeedKey),
    ]

    private static let proxyKeys: [SettingKey] = [
        list("proxies.trusted", "networks such as 10.0.0.0/8", \.proxies.trusted, NetworkText.isNetwork),
        SettingKey(
            name: "proxies.header",
            isList: false,
            expected: "one of " + ProxyHeader.allCases.map(\.rawValue).joined(separator: ", ")
        ) { settings, values in
            guard let header = values.first.flatMap({ ProxyHeader(name: $0) }) else { return false }
            settings.proxies.header = header
            return true
        },
    ]

    private static let logKeys: [SettingKey] = [
        number("log.segment_bytes", 8_388_608...1_073_741_824, \.log.segmentBytes),
        number("log.retention_days", 1...3_650, \.log.retentionDays),
    ]

    private static func text(
        _ name: String,
        _ expected: String,
        _ path: any WritableKeyPath<ServiceSettings, String> & Sendable,
        _ isValid: @escaping @Sendable (String) -> Bool
    ) -> SettingKey {
        SettingKey(name: name, isList: false, expected: expected) { settings, values in
            guard let value = values.first, isValid(value) else { return false }
            settings[keyPath: path] = value
            return true
        }
    }

    private static func list(
        _ name: String,
        _ expected: String,
        _ path: any WritableKeyPath<ServiceSettings, [String]> & Sendable,
        _ isValid: @escaping @Sendable (String) -> Bool
    ) -> SettingKey {
        SettingKey(name: name, isList: true, expected: expected) { settings, values in
            guard values.count <= SettingsLoader.listItems, values.allSatisfy(isValid) else { return false }
            settings[keyPath: path] = values
            return true
        }
    }

    private static func flag(
        _ name: String,
        _ path: any WritableKeyPath<ServiceSettings, Bool> & Sendable
    ) -> SettingKey {
        SettingKey(name: name, isList: false, expected: "true or false") { settings, values in
            guard let value = values.first.flatMap({ Bool($0) }) else { return false }
            settings[keyPath: path] = value
            return true
        }
    }

    private static func number(
        _ name: String,
        _ range: ClosedRange<Int>,
        _ path: any WritableKeyPath<ServiceSettings, Int> & Sendable
    ) -> SettingKey {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return SettingKey(name: name, isList: false, expected: expected) { settings, values in
            guard let value = values.first.flatMap({ Int($0) }), range.contains(value) else { return false }
            settings[keyPath: path] = value
            return true
        }
    }
}
