import Domain
import Foundation
import Yams

/// The destinations and sites of the settings' file.
enum EntryReading {
    private static let destinationKeys = [
        "name", "kind", "url", "secret", "secret_file", "notifications", "allow_private_address",
    ]
    private static let siteKeys = [
        "key", "name", "hostnames", "origins", "mode", "before_choice", "internal_networks", "excluded_paths",
        "time_zone",
    ]

    static func destinations(_ field: Field) -> [Destination] {
        var names: Set<String> = []
        return field.items("a list of destinations", atMost: SettingsLoader.listItems).compactMap { item in
            guard let fields = item.fields(self.destinationKeys, "a mapping with name, kind, url") else { return nil }
            let name = self.identifier(fields.required("name", "a name"), among: &names)
            let kinds = Destination.Kind.allCases.map(\.rawValue)
            let kind = fields.required("kind", "one of \(kinds.joined(separator: ", "))")?.choice(kinds) {
                Destination.Kind(rawValue: $0)
            }
            let what = "an address that starts with https:// or http://"
            let url = fields.required("url", what)?.parsed(what) { SettingGrammar.isURL($0) ? $0 : nil }
            let secret = self.secret(fields, kind)
            let notifications = fields["notifications"].map(self.notifications) ?? NotificationKind.allCases
            let isPrivate = fields["allow_private_address"]?.parsed("true or false") { Bool($0) } ?? false
            guard let name, let kind, let url else { return nil }
            return Destination(
                name: name,
                kind: kind,
                url: url,
                secret: secret ?? "",
                notifications: notifications,
                allowsPrivateAddress: isPrivate
            )
        }
    }

    private static func notifications(_ field: Field) -> [NotificationKind] {
        let names = NotificationKind.allCases.map(\.name)
        let kinds = field.items("a list of notifications", atMost: names.count).compactMap { item in
            item.choice(names) { NotificationKind(name: $0) }
        }
        return NotificationKind.allCases.filter { kinds.contains($0) }
    }

    // A secret is never part of a problem's text: problems are printed and logged.
    private static func secret(_ fields: Fields, _ kind: Destination.Kind?) -> String? {
        var secret: String?
        if let field = fields["secret_file"] {
            guard fields["secret"] == nil else {
                self.add(field, "expected secret or secret_file, got both")
                return nil
            }
            guard let path = field.text("the path of a file") else { return nil }
            switch TextFile.read(path, limit: 4_096) {
            case .success(let text): secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
            case .failure(let problem): self.add(field, "\"\(path)\": \(problem.message)")
            }
            if secret == nil { return nil }
        } else {
            secret = fields["secret"]?.node.scalar?.string
        }
        guard kind == .webhook else { return secret }
        guard let field = fields["secret_file"] ?? fields["secret"] else {
            _ = fields.required("secret", "secret or secret_file: whsec_ and base64 of 24 to 64 bytes")
            return nil
        }
        guard let secret, self.isSecret(secret) else {
            self.add(field, "expected whsec_ and base64 of 24 to 64 bytes (such as: openssl rand -base64 32)")
            return nil
        }
        return secret
    }

    private static func isSecret(_ text: String) -> Bool {
        guard text.hasPrefix("whsec_"), let key = Data(base64Encoded: String(text.dropFirst(6))) else { return false }
        return (24...64).contains(key.count)
    }

    static func sites(_ field: Field) -> [Site] {
        var keys: Set<String> = []
        return field.items("a list of sites", atMost: SettingsLoader.listItems).compactMap { item in
            guard let fields = item.fields(self.siteKeys, "a mapping with key, name, hostnames") else { return nil }
            let key = self.identifier(fields.required("key", "a key"), among: &keys)
            let name = fields.required("name", "a name")?.text("a name")
            let hostnames = fields.required("hostnames", "a list of host names").map {
                self.texts($0, "host names in lower case, such as www.example.com", SettingGrammar.isHostnamePattern)
            }
            var site = Site(id: SiteID(0), key: key ?? "", name: name ?? "", hostnames: hostnames ?? [])
            if let field = fields["hostnames"], field.node.sequence?.isEmpty == true {
                self.add(field, "expected at least one host name, got an empty list")
            }
            self.fill(&site, fields)
            return key == nil ? nil : site
        }
    }

    private static func fill(_ site: inout Site, _ fields: Fields) {
        let modes = Site.Mode.allCases.map(\.name)
        let mode = { (field: Field) in
            field.choice(modes) { name in Site.Mode.allCases.first { $0.name == name } }
        }
        if let value = fields["mode"].flatMap(mode) { site.mode = value }
        if let value = fields["before_choice"].flatMap(mode) {
            site.beforeChoice = value
        } else if site.beforeChoice.rawValue > site.mode.rawValue {
            site.beforeChoice = site.mode
        }
        if let field = fields["before_choice"], site.beforeChoice.rawValue > site.mode.rawValue {
            let message = "expected no more than mode (\(site.mode.name)), got \"\(site.beforeChoice.name)\""
            self.add(field, message)
        }
        if let field = fields["origins"] {
            site.origins = self.texts(field, "origins such as https://www.example.com", SettingGrammar.isOrigin)
        }
        if let field = fields["internal_networks"] {
            site.internalNetworks = self.texts(field, "networks such as 10.0.0.0/8", NetworkText.isNetwork)
        }
        if let field = fields["excluded_paths"] {
            site.excludedPaths = self.texts(field, "path patterns such as /admin/**") {
                PathPattern.problem(in: $0) == nil
            }
        }
        let zone = fields["time_zone"]?.parsed("a time zone such as Europe/Paris") { name in
            TimeZone(identifier: name) == nil ? nil : name
        }
        if let zone { site.timeZone = zone }
    }

    private static func identifier(_ field: Field?, among seen: inout Set<String>) -> String? {
        let what = "letters, digits, _ and -, at most 64"
        guard let field, let text = field.parsed(what, { SettingGrammar.isIdentifier($0) ? $0 : nil }) else {
            return nil
        }
        if !seen.insert(text).inserted { field.expected("one that no other entry has") }
        return text
    }

    private static func texts(_ field: Field, _ what: String, _ isValid: (String) -> Bool) -> [String] {
        field.items("a list of \(what)", atMost: SettingsLoader.listItems).compactMap { item in
            item.parsed(what) { isValid($0) ? $0 : nil }
        }
    }

    private static func add(_ field: Field, _ message: String) {
        field.report.add(line: field.line, field: field.name, message)
    }
}
