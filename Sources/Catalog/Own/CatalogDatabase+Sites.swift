package import Domain
internal import Foundation
internal import GRDB

extension CatalogDatabase {
    /// Adds a site; its `id` is drawn here. Returns it with its number.
    /// - Throws: ``CatalogFailure/duplicate(_:)`` when the key is taken.
    package func addSite(_ site: Site) async throws -> Site {
        try await self.connections.write { database in
            try database.refuseTakenKey(of: site)
            try database.run(
                """
                INSERT INTO sites (key, name, hostnames, origins, mode, before_choice, internal_networks,
                    excluded_paths, time_zone)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                try site.columns
            )
            var added = site
            added.id = SiteID(UInt32(clamping: database.lastInsertedRowID))
            return added
        }
    }

    /// Replaces the site of this number. False when there is none.
    /// - Throws: ``CatalogFailure/duplicate(_:)`` when the key is taken by another.
    package func updateSite(_ site: Site) async throws -> Bool {
        try await self.connections.write { database in
            try database.refuseTakenKey(of: site)
            try database.run(
                """
                UPDATE sites SET key = ?, name = ?, hostnames = ?, origins = ?, mode = ?, before_choice = ?,
                    internal_networks = ?, excluded_paths = ?, time_zone = ?
                WHERE id = ?
                """,
                try site.columns + [Int64(site.id.rawValue)]
            )
            return database.changesCount > 0
        }
    }

    /// Removes a site; its number is not used again, and links that led to it lead elsewhere. False when there is
    /// none.
    package func removeSite(_ id: SiteID) async throws -> Bool {
        try await self.connections.write { database in
            try database.run("UPDATE links SET site = NULL WHERE site = ?", [Int64(id.rawValue)])
            try database.run("DELETE FROM sites WHERE id = ?", [Int64(id.rawValue)])
            return database.changesCount > 0
        }
    }

    /// All sites, by number.
    package func sites() async throws -> [Site] {
        try await self.connections.read { try $0.sites() }
    }
}

extension Database {
    /// All sites, by number.
    internal func sites() throws -> [Site] {
        try self.rows("SELECT * FROM sites ORDER BY id").map { row in
            var site = Site(
                id: SiteID(row.number("id")),
                key: row["key"],
                name: row["name"],
                hostnames: try row.value("hostnames", [String].init(json:))
            )
            site.origins = try row.value("origins", [String].init(json:))
            site.mode = try row.value("mode", Site.Mode.init(named:))
            site.beforeChoice = try row.value("before_choice", Site.Mode.init(named:))
            site.internalNetworks = try row.value("internal_networks", [String].init(json:))
            site.excludedPaths = try row.value("excluded_paths", [String].init(json:))
            site.timeZone = row["time_zone"]
            return site
        }
    }

    fileprivate func refuseTakenKey(of site: Site) throws {
        let taken = try self.row("SELECT 1 FROM sites WHERE key = ? AND id <> ?", [site.key, Int64(site.id.rawValue)])
        if taken != nil { throw CatalogFailure.duplicate(site.key) }
    }
}

extension Site {
    fileprivate var columns: StatementArguments {
        get throws {
            [
                self.key, self.name, try self.hostnames.json, try self.origins.json, self.mode.name,
                self.beforeChoice.name, try self.internalNetworks.json, try self.excludedPaths.json, self.timeZone,
            ]
        }
    }
}

extension [String] {
    /// A JSON array.
    internal var json: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    internal init?(json: String) {
        guard let list = try? JSONDecoder().decode([String].self, from: Data(json.utf8)) else { return nil }
        self = list
    }
}
