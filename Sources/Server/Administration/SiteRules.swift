import Domain
import Foundation

/// What must hold for a site before anything is recorded by it.
enum SiteRules {
    /// Entries of one list.
    private static let listItems = 100
    /// Bytes of a site's key.
    private static let keyBytes = 64

    static func problems(of site: Site) -> [FieldProblem] {
        var check = FieldCheck()
        check.that(
            (1...Self.keyBytes).contains(site.key.utf8.count) && site.key.utf8.allSatisfy(WebAddress.isNameByte),
            "key",
            "letters, digits, - and _, at most \(Self.keyBytes)",
            got: FieldCheck.shown(site.key)
        )
        check.text(site.name, "name", isNeeded: true)
        check.that(!site.hostnames.isEmpty, "hostnames", "at least one host name", got: "none")
        Self.list(site.hostnames, "hostnames", "a host name such as www.example.com or *.example.com", &check) {
            WebAddress.isHostname($0.hasPrefix("*.") ? $0.dropFirst(2) : $0[...])
        }
        Self.list(site.origins, "origins", "an origin such as https://www.example.com", &check, WebAddress.isOrigin)
        Self.list(
            site.internalNetworks,
            "internal_networks",
            "a network such as 10.0.0.0/8",
            &check,
            NetworkPrefix.isValid
        )
        Self.list(site.excludedPaths, "excluded_paths", "a path pattern such as /admin/**", &check) {
            PathPattern.problem(in: $0) == nil
        }
        check.that(
            site.beforeChoice.rawValue <= site.mode.rawValue,
            "before_choice",
            "no more than mode (\(site.mode.name))",
            got: site.beforeChoice.name
        )
        check.that(
            TimeZone(identifier: site.timeZone) != nil,
            "time_zone",
            "a time zone such as Europe/Paris",
            got: FieldCheck.shown(site.timeZone)
        )
        return check.problems
    }

    private static func list(
        _ items: [String],
        _ field: String,
        _ expected: String,
        _ check: inout FieldCheck,
        _ isValid: (String) -> Bool
    ) {
        guard items.count <= Self.listItems else {
            check.add(field, "at most \(Self.listItems) entries", got: "\(items.count)")
            return
        }
        for (index, item) in items.enumerated() where item.utf8.count > Limits.urlBytes || !isValid(item) {
            check.add("\(field)[\(index)]", expected, got: FieldCheck.shown(item))
        }
    }
}
