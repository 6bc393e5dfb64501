import Domain
import GRDBSQLite

/// The same in SQLite: two upserts a view, a transaction for every block of a thousand. Write-ahead log, synced at its
/// checkpoints only, which is what costs SQLite least.
final class SQLiteScores {
    enum Failure: Error {
        case sqlite(Int32)
    }

    private static let schema = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        CREATE TABLE visitors (id BLOB PRIMARY KEY, web REAL NOT NULL, at REAL NOT NULL, views INTEGER NOT NULL)
            STRICT, WITHOUT ROWID;
        CREATE TABLE pages (visitor BLOB NOT NULL, place INTEGER NOT NULL, path TEXT NOT NULL,
            PRIMARY KEY (visitor, place)) STRICT, WITHOUT ROWID;
        """
    private static let upsert = """
        INSERT INTO visitors VALUES (?1, ?2, ?3, 1) ON CONFLICT DO UPDATE SET
            web = min(?4, web / pow(2, (?3 - at) / ?5) + ?2), at = ?3, views = views + 1
        RETURNING views
        """

    private var database: OpaquePointer?
    private var upsert: OpaquePointer?
    private var page: OpaquePointer?
    private var query: OpaquePointer?

    /// Opens a file that does not exist yet.
    init(file: String) throws {
        try Self.check(sqlite3_open(file, &self.database))
        try Self.check(sqlite3_exec(self.database, Self.schema, nil, nil, nil))
        self.upsert = try self.prepare(Self.upsert)
        self.page = try self.prepare("INSERT INTO pages VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET path = ?3")
        self.query = try self.prepare("SELECT web, views FROM visitors WHERE id = ?1")
    }

    deinit {
        for statement in [self.upsert, self.page, self.query] { sqlite3_finalize(statement) }
        sqlite3_close(self.database)
    }

    func take(_ views: [StoredView]) throws {
        try Self.check(sqlite3_exec(self.database, "BEGIN", nil, nil, nil))
        for view in views {
            Self.bind(view.visitor, to: self.upsert)
            sqlite3_bind_double(self.upsert, 2, view.points)
            sqlite3_bind_double(self.upsert, 3, view.time)
            sqlite3_bind_double(self.upsert, 4, StoredView.largestBalance)
            sqlite3_bind_double(self.upsert, 5, StoredView.halfLifeSeconds)
            try Self.check(sqlite3_step(self.upsert), is: SQLITE_ROW)
            let count = sqlite3_column_int64(self.upsert, 0)
            try Self.check(sqlite3_reset(self.upsert))
            Self.bind(view.visitor, to: self.page)
            // The last eight pages: the ninth takes the place of the first.
            sqlite3_bind_int64(self.page, 2, count % 8)
            sqlite3_bind_text(self.page, 3, view.path, -1, Self.copied)
            try Self.check(sqlite3_step(self.page), is: SQLITE_DONE)
            try Self.check(sqlite3_reset(self.page))
        }
        try Self.check(sqlite3_exec(self.database, "COMMIT", nil, nil, nil))
    }

    /// What is kept of a visitor.
    func score(of visitor: VisitorID) throws -> (balance: Double, views: Int)? {
        Self.bind(visitor, to: self.query)
        defer { sqlite3_reset(self.query) }
        guard sqlite3_step(self.query) == SQLITE_ROW else { return nil }
        return (sqlite3_column_double(self.query, 0), Int(sqlite3_column_int64(self.query, 1)))
    }

    /// SQLITE_TRANSIENT, which C spells as a cast that Swift does not import.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private static func bind(_ visitor: VisitorID, to statement: OpaquePointer?) {
        withUnsafeBytes(of: (visitor.high, visitor.low)) { bytes in
            _ = sqlite3_bind_blob(statement, 1, bytes.baseAddress, Int32(bytes.count), Self.copied)
        }
    }

    private func prepare(_ text: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        try Self.check(sqlite3_prepare_v2(self.database, text, -1, &statement, nil))
        return statement
    }

    private static func check(_ status: Int32, is expected: Int32 = SQLITE_OK) throws {
        guard status == expected else { throw Failure.sqlite(status) }
    }
}
