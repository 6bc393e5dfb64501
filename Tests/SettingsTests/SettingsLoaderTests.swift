import Domain
import Foundation
import Settings
import Testing

/// A directory of files that is removed with the value that holds it.
private final class Files {
    let directory: URL

    init(_ files: [String: String]) throws {
        self.directory = FileManager.default.temporaryDirectory.appending(path: "vendange-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.directory, withIntermediateDirectories: true)
        for (name, text) in files { try text.write(to: self.url(name), atomically: true, encoding: .utf8) }
    }

    deinit { try? FileManager.default.removeItem(at: self.directory) }

    func url(_ name: String) -> URL { self.directory.appending(path: name) }
}

func load(
    _ text: String,
    environment: [String: String] = [:],
    overrides: [String: String] = [:],
    secret: String = ""
) throws -> Result<ServiceSettings, SettingsProblems> {
    let files = try Files(["s.yaml": "", "secret": secret])
    let path = files.url("secret").path
    try text.replacing("SECRET", with: path).write(to: files.url("s.yaml"), atomically: true, encoding: .utf8)
    return withExtendedLifetime(files) {
        SettingsLoader.load(file: files.url("s.yaml").path, environment: environment, overrides: overrides)
    }
}

/// The problems as printed, with the temporary directory taken out.
private func problems(
    _ text: String,
    environment: [String: String] = [:],
    overrides: [String: String] = [:],
    secret: String = ""
) throws -> [String] {
    switch try load(text, environment: environment, overrides: overrides, secret: secret) {
    case .success: return []
    case .failure(let problems):
        return problems.problems.map { problem in
            var problem = problem
            if problem.source.hasSuffix("/s.yaml") { problem.source = "s.yaml" }
            return problem.description
        }
    }
}

@Suite struct ShippedSettingsTests {
    private static let path = repository.appending(path: "config/vendange.yaml").path

    @Test func theShippedFileEqualsTheDefaults() throws {
        #expect(try SettingsLoader.load(file: Self.path, environment: [:]).get() == ServiceSettings())
    }

    @Test func theShippedFileNamesEveryKeyAndNoOther() throws {
        // Read by indentation, not by the loader, whose idea of the keys is what is being checked.
        var sections: [Substring] = []
        var keys: [String] = []
        for line in try String(contentsOfFile: Self.path, encoding: .utf8).split(separator: "\n") {
            let key = line.prefix { $0 != ":" }
            guard !line.hasPrefix("#"), !key.drop(while: { $0 == " " }).hasPrefix("#") else { continue }
            let name = key.drop { $0 == " " }
            sections.removeSubrange(((key.count - name.count) / 2)...)
            if line.hasSuffix(":") {
                sections.append(name)
            } else {
                keys.append((sections + [name]).joined(separator: "."))
            }
        }
        #expect(keys == SettingsLoader.knownKeys + ["destinations", "sites"])
    }

    @Test func theShippedExamplesAreValidOnceTheirCommentMarksAreRemoved() throws {
        let text = try String(contentsOfFile: Self.path, encoding: .utf8)
        var lines: [Substring] = []
        var isExample = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "# destinations:" || line == "# sites:" { isExample = true }
            if !line.hasPrefix("#") { isExample = false }
            if line == "destinations: []" || line == "sites: []" { continue }
            lines.append(isExample ? line.dropFirst(2) : line)
        }
        let settings = try load(
            lines.joined(separator: "\n").replacing("secrets/crm", with: "SECRET"),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
        ).get()
        #expect(settings.destinations.map(\.name) == ["crm"])
        #expect(settings.destinations[0].secret == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        #expect(settings.destinations[0].notifications == [.leadQualified, .leadWithdrawn, .alert])
        #expect(settings.sites.map(\.key) == ["www"])
    }
}

@Suite struct SettingsLayerTests {
    @Test func eachLayerWinsOverTheOneBelow() throws {
        let text = "public: { port: 1, host: file, cookie_name: file }\n"
        let environment = ["VENDANGE_PUBLIC_PORT": "2", "VENDANGE_PUBLIC_HOST": "environment", "HOME": "/root"]
        let settings = try load(text, environment: environment, overrides: ["public.port": "3"]).get()
        #expect(settings.publicListener.port == 3)
        #expect(settings.publicListener.host == "environment")
        #expect(settings.publicListener.cookieName == "file")
        #expect(settings.privateListener == ServiceSettings.PrivateListener())
    }

    @Test func withoutAFileTheDefaultsHold() throws {
        #expect(try SettingsLoader.load(file: nil, environment: [:]).get() == ServiceSettings())
    }

    @Test func aListInTheEnvironmentIsSeparatedByCommas() throws {
        let environment = ["VENDANGE_PROXIES_TRUSTED": "10.0.0.0/8, fd00::/8", "VENDANGE_PRIVATE_HOSTS": ""]
        let settings = try SettingsLoader.load(file: nil, environment: environment).get()
        #expect(settings.proxies.trusted == ["10.0.0.0/8", "fd00::/8"])
        #expect(settings.privateListener.allowedHosts.isEmpty)
    }

    @Test(arguments: [("x-forwarded-for", ProxyHeader.forwardedFor), ("Forwarded", .forwarded), ("X-Real-IP", .realIP)])
    func aProxysHeaderIsOneOfThree(_ name: String, _ header: ProxyHeader) throws {
        #expect(try load("proxies: { header: \(name) }\n").get().proxies.header == header)
    }

    @Test(arguments: [
        ("https://a.fr", true, 0), ("http://a.fr", true, 1), ("http://10.0.0.1:8080", true, 1),
        ("http://localhost:8080", false, 1), ("http://shop.localhost", false, 1), ("http://127.0.0.2:1", false, 1),
        ("http://[::1]:8080", false, 1), ("http://127.evil.example", true, 1), ("http://localhost.example", true, 1),
    ])
    func onlyThisMachineGoesWithoutSecureCookiesAndPlainHTTPIsWarnedOf(
        _ base: String,
        _ isSecure: Bool,
        _ warnings: Int
    ) throws {
        let settings = try load("public: { base_url: \"\(base)\" }\n").get()
        #expect(settings.publicListener.hasSecureCookies == isSecure)
        #expect(settings.warnings.count == warnings)
    }

    @Test func everyKeyHasItsVariable() throws {
        for key in SettingsLoader.knownKeys {
            let name = "VENDANGE_" + key.uppercased().replacing(".", with: "_")
            let known = SettingsLoader.load(file: nil, environment: [name: "\u{1}"])
            if case .failure(let problems) = known {
                #expect(!problems.description.contains("unknown"), "\(name)")
            }
        }
    }

    @Test func theKeyFileLiesInTheDataDirectoryUnlessItIsNamed() throws {
        let settings = try load("data_directory: /var/lib/vendange\n").get()
        #expect(settings.keyFilePath == "/var/lib/vendange/keys.yaml")
        #expect(try load("key_file: /etc/keys.yaml\n").get().keyFilePath == "/etc/keys.yaml")
    }

    @Test func allLayersTellTheirProblemsAtOnce() throws {
        let found = try problems(
            "workers: 257\nlog: { retention_dais: 3 }\n",
            environment: ["VENDANGE_PUBLIC_PROT": "1", "VENDANGE_PUBLIC_PORT": "x"],
            overrides: ["log.level": "info", "log_level": "loud"]
        )
        #expect(
            found == [
                #"s.yaml:1: workers: expected a whole number from 0 to 256, got "257""#,
                "s.yaml:2: log.retention_dais: unknown key (did you mean retention_days?)",
                #"environment: VENDANGE_PUBLIC_PORT: expected a whole number from 0 to 65535, got "x""#,
                "environment: VENDANGE_PUBLIC_PROT: unknown variable (did you mean VENDANGE_PUBLIC_PORT?)",
                "command line: log.level: unknown setting (did you mean log_level?)",
                #"""
                command line: log_level: expected one of trace, debug, info, notice, warning, error, critical, \#
                got "loud"
                """#,
            ]
        )
    }

    @Test func aMissingFileIsNamed() {
        let loaded = SettingsLoader.load(file: "/nowhere/s.yaml", environment: [:])
        let expected = SettingsProblem(source: "/nowhere/s.yaml", message: "expected a file that can be read")
        #expect(loaded == .failure(SettingsProblems([expected])))
    }
}

@Suite struct SettingsMessageTests {
    private static let origin = "http:// or https:// with host and port, without a path"

    @Test(arguments: [
        ("data_directory: \"\"\n", #"data_directory: expected the path of a directory, got """#),
        (
            "public: 8080\n",
            #"""
            public: expected a mapping with host, port, loops, base_url, path_prefix, cookie_name, cookie_domain, tls, rate, got \#
            "8080"
            """#
        ),
        ("public: { port: 65536 }\n", #"public.port: expected a whole number from 0 to 65535, got "65536""#),
        ("public: { port: }\n", "public.port: expected a whole number from 0 to 65535, got nothing"),
        ("public: { host: a b }\n", #"public.host: expected an address or host name, got "a b""#),
        ("public: { base_url: https://a.fr/ }\n", #"public.base_url: expected \#(origin), got "https://a.fr/""#),
        ("public: { base_url: a.fr }\n", #"public.base_url: expected \#(origin), got "a.fr""#),
        (
            "public: { path_prefix: /v/ }\n",
            #"public.path_prefix: expected "" or a path such as /v without a slash at its end, got "/v/""#
        ),
        ("public: { cookie_name: \"a;b\" }\n", #"public.cookie_name: expected letters, digits, _ and -, got "a;b""#),
        ("private: { hosts: [LOCALHOST] }\n", #"private.hosts[0]: expected host names without port, got "LOCALHOST""#),
        (
            "private: { hosts: localhost }\n",
            #"private.hosts: expected a list of host names without port, got "localhost""#
        ),
        (
            "proxies: { trusted: [10.0.0.1] }\n",
            #"proxies.trusted[0]: expected networks such as 10.0.0.0/8, got "10.0.0.1""#
        ),
        (
            "proxies: { header: CF-Connecting-IP }\n",
            #"proxies.header: expected one of X-Forwarded-For, Forwarded, X-Real-IP, got "CF-Connecting-IP""#
        ),
        (
            "log: { segment_bytes: 64M }\n",
            #"log.segment_bytes: expected a whole number from 8388608 to 1073741824, got "64M""#
        ),
        ("destination: []\n", "destination: unknown key (did you mean destinations?)"),
        (
            "sites: [ { key: a b, name: A, hostnames: [a.fr] } ]\n",
            #"sites[0].key: expected letters, digits, _ and -, at most 64, got "a b""#
        ),
        (
            "sites: [ { key: a, name: A, hostnames: [] } ]\n",
            "sites[0].hostnames: expected at least one host name, got an empty list"
        ),
        (
            "sites: [ { key: a, name: A, hostnames: [https://a.fr] } ]\n",
            #"sites[0].hostnames[0]: expected host names in lower case, such as www.example.com, got "https://a.fr""#
        ),
        (
            "sites: [ { key: a, name: A, hostnames: [a.fr], mode: exempt, before_choice: full } ]\n",
            #"sites[0].before_choice: expected no more than mode (exempt), got "full""#
        ),
        (
            "sites: [ { key: a, name: A, hostnames: [a.fr], mode: ful } ]\n",
            #"sites[0].mode: expected one of none, exempt, full, got "ful" (did you mean full?)"#
        ),
        (
            "sites: [ { key: a, name: A, hostnames: [a.fr], excluded_paths: [admin] } ]\n",
            #"sites[0].excluded_paths[0]: expected path patterns such as /admin/**, got "admin""#
        ),
        (
            "sites: [ { key: a, name: A, hostnames: [a.fr], time_zone: Paris } ]\n",
            #"sites[0].time_zone: expected a time zone such as Europe/Paris, got "Paris""#
        ),
        (
            "sites: [ { key: a, name: A, hostnames: [a.fr], origins: [a.fr] } ]\n",
            #"sites[0].origins[0]: expected origins such as https://www.example.com, got "a.fr""#
        ),
        (
            "destinations: [ { name: a, kind: slak, url: https://a.fr } ]\n",
            #"destinations[0].kind: expected one of webhook, slack, got "slak" (did you mean slack?)"#
        ),
        (
            "destinations: [ { name: a, kind: slack, url: ftp://a.fr } ]\n",
            #"destinations[0].url: expected an address that starts with https:// or http://, got "ftp://a.fr""#
        ),
        (
            "destinations: [ { name: a, kind: slack, url: https://a.fr, notifications: [lead.qualifed] } ]\n",
            #"""
            destinations[0].notifications[0]: expected one of lead.qualified, lead.withdrawn, lead.cooled, \#
            lead.answered, contact.nurture, contact.objected, consent.changed, alert, operator.notice, got \#
            "lead.qualifed" (did you mean lead.qualified?)
            """#
        ),
        (
            #"""
            destinations: [ { name: a, kind: slack, url: https://a.fr }, { name: a, kind: slack, url: \#
            https://b.fr } ]\#n
            """#,
            #"destinations[1].name: expected one that no other entry has, got "a""#
        ),
        (
            "destinations: [ { name: a, kind: webhook, url: https://a.fr } ]\n",
            "destinations[0].secret: expected secret or secret_file: whsec_ and base64 of 24 to 64 bytes, got nothing"
        ),
        (
            "destinations: [ { name: a, kind: webhook, url: https://a.fr, secret: hush } ]\n",
            "destinations[0].secret: expected whsec_ and base64 of 24 to 64 bytes (such as: openssl rand -base64 32)"
        ),
        (
            "destinations: [ { name: a, kind: webhook, url: https://a.fr, secret: hush, secret_file: SECRET } ]\n",
            "destinations[0].secret_file: expected secret or secret_file, got both"
        ),
        (
            "destinations: [ { name: a, kind: webhook, url: https://a.fr, secret_file: /nowhere } ]\n",
            #"destinations[0].secret_file: "/nowhere": expected a file that can be read"#
        ),
        (
            "destinations: [ { name: a, kind: slack, url: https://a.fr, allow_private_address: yes } ]\n",
            #"destinations[0].allow_private_address: expected true or false, got "yes""#
        ),
    ])
    func aMistakeIsExplained(text: String, message: String) throws {
        #expect(try problems(text) == ["s.yaml:1: " + message])
    }

    @Test func aSecretIsNeverPartOfAProblem() throws {
        let text = "destinations: [ { name: a, kind: webhook, url: https://a.fr, secret_file: SECRET } ]\n"
        let found = try problems(text, secret: "whsec_too-short")
        #expect(found.count == 1)
        #expect(!found.joined().contains("too-short"))
    }

    @Test func theListsAreReadWhole() throws {
        let text = """
            destinations:
              - { name: team, kind: slack, url: "https://hooks.example.com/T0/B1?x=1" }
              - name: crm
                kind: webhook
                url: http://[::1]:9000/hook
                secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
                allow_private_address: true
            sites:
              - key: www
                name: L'entreprise
                hostnames: [www.example.com, "*.example.org"]
                origins: ["http://localhost:3000"]
                mode: full
                before_choice: none
                internal_networks: [192.0.2.0/24, "2001:db8::/32"]
                excluded_paths: [/admin/**]
                time_zone: Europe/Brussels

            """
        let settings = try load(text).get()
        #expect(settings.destinations[0].notifications == NotificationKind.allCases)
        #expect(settings.destinations[0].allowsPrivateAddress == false)
        #expect(settings.destinations[1].url == "http://[::1]:9000/hook")
        #expect(settings.destinations[1].allowsPrivateAddress)
        var site = Site(
            id: SiteID(0),
            key: "www",
            name: "L'entreprise",
            hostnames: ["www.example.com", "*.example.org"]
        )
        site.origins = ["http://localhost:3000"]
        site.beforeChoice = .none
        site.internalNetworks = ["192.0.2.0/24", "2001:db8::/32"]
        site.excludedPaths = ["/admin/**"]
        site.timeZone = "Europe/Brussels"
        #expect(settings.sites == [site])
    }

    @Test(arguments: [
        ("0.0.0.0/0", true), ("10.1.2.3/32", true), ("::/0", true), ("::1/128", true), ("2001:db8::/32", true),
        ("1:2:3:4:5:6:7:8/64", true), ("1:2:3:4:5:6:7::/64", true), ("fe80::1:2/10", true),
        ("10.0.0.0/33", false), ("10.0.0/8", false), ("10.0.0.256/8", false), ("10.0.0.0/", false), ("::/129", false),
        (":::/8", false), ("1::2::3/8", false), ("1:2:3:4:5:6:7/64", false), ("1:2:3:4:5:6:7:8:9/64", false),
        ("g::/8", false), (":1:2:3:4:5:6:7/8", false), ("+1::/8", false), ("a/b/c", false),
    ])
    func aNetworkIsToldFromWhatIsNone(text: String, isNetwork: Bool) {
        let loaded = SettingsLoader.load(file: nil, environment: ["VENDANGE_PROXIES_TRUSTED": text])
        #expect(((try? loaded.get()) != nil) == isNetwork)
    }
}
