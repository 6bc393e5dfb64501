import Catalog
import Domain
import Foundation
import Testing

private let shell = ["/usr/bin/sqlite3", "/usr/local/bin/sqlite3", "/bin/sqlite3"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

/// The views through the `sqlite3` command line, as a person would use them.
@Suite(.enabled(if: shell != nil, "the sqlite3 command line is not installed"))
struct ShellTests {
    private func query(_ sql: String, path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: try #require(shell))
        process.arguments = ["-readonly", "-separator", " | ", path, sql]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text
    }

    private func world(_ directory: TemporaryDirectory) throws -> World {
        let world = try World(CatalogDatabase(path: directory.path("catalog.sqlite")))
        var page = entry(0, granted: 15.5)
        page.page = PageKey(5)
        page.topic = "maintenance"
        var held = entry(0, 1, rule: "held")
        held.state = .provisional
        held.granted = 0
        try world.apply(
            .contact(annaRecord()),
            .page(PageKey(5), url: "acme.example/tarifs", title: "Tarifs"),
            .entry(page),
            .entry(held),
            .entry(entry(3, rule: "careers", granted: -10)),
            .entry(entry(4, rule: "scanner")),
            .entryReversed(
                EntryID(offset: 4, ordinal: 0),
                contact: anna,
                by: EntryID(offset: 5, ordinal: 0),
                reason: .machine
            ),
            .standing(standing(score: 63.219)),
            .entry(entry(6, of: bert)),
            .standing(standing(of: bert, score: 50, stage: .warm))
        )
        return world
    }

    @Test func whoIsHotAndWhy() throws {
        let directory = try TemporaryDirectory()
        let world = try self.world(directory)
        let path = directory.path("catalog.sqlite")
        #expect(
            try self.query(
                "SELECT name, account, owner, score, grade, stage, points, why FROM who_is_hot_and_why",
                path: path
            ) == """
                Anna Roth | Acme | Olga | 63.2 | A | hot | -10 | careers
                Anna Roth | Acme | Olga | 63.2 | A | hot | +15.5 | prices

                """
        )
        try world.catalog.close()
    }

    @Test func reasonsNameThePageAndTheDay() throws {
        let directory = try TemporaryDirectory()
        let world = try self.world(directory)
        let path = directory.path("catalog.sqlite")
        #expect(
            try self.query("SELECT email, topic, what, date, contact FROM who_is_hot_and_why", path: path) == """
                anna@acme.example |  |  | 1970-01-01T00:15:03Z | ffff000000000001
                anna@acme.example | maintenance | acme.example/tarifs | 1970-01-01T00:15:00Z | ffff000000000001

                """
        )
        try world.catalog.close()
    }

    @Test func whoWaitsForConfirmationIsShown() throws {
        let directory = try TemporaryDirectory()
        let world = try self.world(directory)
        var waiting = standing(of: bert, score: 70, stage: .warm)
        waiting.awaitsConfirmation = true
        try world.apply(.standing(waiting))
        let path = directory.path("catalog.sqlite")
        #expect(
            try self.query("SELECT contact, score, stage FROM hot_contacts", path: path) == """
                0000000000000002 | 70.0 | warm
                ffff000000000001 | 63.2 | hot

                """
        )
        #expect(
            try self.query("SELECT DISTINCT stage FROM who_is_hot_and_why", path: path) == "to confirm\nhot\n"
        )
        try world.catalog.close()
    }

    @Test func ledgerOfOnePerson() throws {
        let directory = try TemporaryDirectory()
        let world = try self.world(directory)
        let sql = "SELECT date, rule, granted, state, reason FROM contact_ledger WHERE email = 'anna@acme.example'"
        #expect(
            try self.query(sql, path: directory.path("catalog.sqlite")) == """
                1970-01-01T00:15:04Z | scanner | 15.0 | reversed | machine
                1970-01-01T00:15:03Z | careers | -10.0 | settled | 
                1970-01-01T00:15:00Z | held | 0.0 | provisional | 
                1970-01-01T00:15:00Z | prices | 15.5 | settled | 

                """
        )
        try world.catalog.close()
    }
}
