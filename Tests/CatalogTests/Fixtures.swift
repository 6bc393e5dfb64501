import Domain
import Foundation
import GRDB

@testable import Catalog

let testStream = StreamID(0xabcd)

/// A directory that goes with the value.
final class TemporaryDirectory {
    let url = FileManager.default.temporaryDirectory.appending(path: "vendange-catalog-" + UUID().uuidString)

    init() throws { try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: self.url) }

    func path(_ name: String) -> String { self.url.appending(path: name).path }
}

/// A catalog in memory with its writer, and offsets that count up by themselves.
final class World {
    let catalog: CatalogDatabase
    let writer: EffectWriter
    var offset: UInt64 = 0

    init(_ catalog: CatalogDatabase? = nil, destinations: [Destination] = []) throws {
        self.catalog = try catalog ?? CatalogDatabase()
        self.writer = EffectWriter(
            catalog: self.catalog,
            settings: EffectWriter.Settings(
                destinations: destinations,
                source: "https://track.example.com",
                consoleAddress: "https://console.example.com"
            )
        )
    }

    /// Applies bodies as the effects of one record, in one transaction, and returns the record's offset.
    @discardableResult
    func apply(_ bodies: EffectBody..., at seconds: Int64 = 1_000, historic: Bool = false) throws -> UInt64 {
        let offset = self.offset
        let effects = bodies.enumerated().map { index, body in
            Effect(
                offset: offset,
                slot: Slot(7),
                ordinal: UInt32(index),
                time: Timestamp(seconds: seconds),
                body: body
            )
        }
        self.offset += 1
        let position = LogPosition(stream: testStream, offset: self.offset)
        try self.writer.apply(effects, applied: position, historic: historic)
        return offset
    }
}

extension CatalogDatabase {
    /// Every row of a query as its columns' texts.
    func texts(_ sql: String) throws -> [[String]] {
        try self.connections.read { database in
            try Row.fetchAll(database, sql: sql).map { $0.databaseValues.map { "\($0)" } }
        }
    }

    /// Every row of every table, by table.
    func dump() throws -> [String: [[String]]] {
        let tables = try self.texts(
            """
            SELECT name FROM sqlite_schema
            WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
            """
        )
        var dump: [String: [[String]]] = [:]
        for name in tables.map({ $0[0].replacing("\"", with: "") }) {
            dump[name] = try self.texts("SELECT * FROM \(name)").sorted { $0.joined() < $1.joined() }
        }
        return dump
    }
}

let anna = ContactID(0xffff_0000_0000_0001)
let bert = ContactID(2)

func annaRecord() -> ContactRecord {
    var record = ContactRecord(contact: anna)
    record.keys = [ExternalKey(.crm, "C-17"), ExternalKey(.email, "anna@acme.example")]
    record.email = "anna@acme.example"
    record.firstName = "Anna"
    record.lastName = "Roth"
    record.phone = "+33 1 23 45"
    record.language = "fr"
    record.status = "prospect"
    record.role = "decision"
    record.account = ContactRecord.Account(id: .max, key: "domain:acme.example", name: "Acme", domain: "acme.example")
    record.owner = ContactRecord.Owner(key: "olga@us.example", name: "Olga")
    record.fields = [.init(name: "employees", value: "120"), .init(name: "sector", value: "industry")]
    return record
}

func entry(
    _ offset: UInt64,
    _ ordinal: UInt16 = 0,
    of contact: ContactID = anna,
    rule: String = "prices",
    granted: Double = 15,
    decay: Double = 1
) -> LedgerEntry {
    LedgerEntry(
        id: EntryID(offset: offset, ordinal: ordinal),
        contact: contact,
        origin: .rule,
        rule: rule,
        modelVersion: 3,
        group: "web",
        points: granted,
        granted: granted,
        decay: decay,
        date: Timestamp(seconds: 900 + Int64(offset))
    )
}

func standing(of contact: ContactID = anna, score: Double = 42, stage: Stage = .hot) -> ContactStanding {
    var standing = ContactStanding(contact: contact, asOf: Timestamp(seconds: 1_000))
    standing.score = score
    standing.stage = stage
    standing.grade = .a
    standing.balances = [NamedBalance(group: "web", topic: "", value: score, decay: 1)]
    return standing
}

func destination(_ name: String, _ kinds: [NotificationKind] = NotificationKind.allCases) -> Destination {
    Destination(name: name, kind: .webhook, url: "https://hook.example.com", notifications: kinds)
}
