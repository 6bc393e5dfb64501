internal import Domain
internal import Foundation
internal import GRDB

// How the shared words are stored: 64-bit patterns in signed columns, "none" and "never" as NULL, enumerations as the
// names people read.

extension UInt64 {
    /// The same 64 bits, signed.
    internal var stored: Int64 { Int64(bitPattern: self) }
    /// Sixteen hexadecimal digits.
    internal var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
    /// From exactly sixteen hexadecimal digits.
    internal init?(hexadecimal text: some StringProtocol) {
        guard text.utf8.count == 16, text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt64(text, radix: 16)
        else { return nil }
        self = value
    }
}

extension UInt32 {
    /// NULL for 0, which means "none".
    internal var storedOrNone: Int64? { self == 0 ? nil : Int64(self) }
}

extension Timestamp {
    /// NULL for ``never``.
    internal var storedOrNever: Int64? { self == .never ? nil : self.microseconds }
}

extension VisitorID {
    /// Thirty-two hexadecimal digits.
    internal var stored: String { self.high.hexadecimal + self.low.hexadecimal }
}

extension ExternalKey.Kind {
    /// The name in the catalog.
    internal var name: String {
        switch self {
        case .crm: "crm"
        case .email: "email"
        }
    }

    internal init?(name: String) {
        switch name {
        case "crm": self = .crm
        case "email": self = .email
        default: return nil
        }
    }
}

extension LedgerEntry.State {
    /// The name in the catalog and the API.
    internal var name: String {
        switch self {
        case .settled: "settled"
        case .provisional: "provisional"
        }
    }
}

extension Verdict {
    internal init?(named name: String) {
        guard let value = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = value
    }
}

extension LinkTrust {
    internal init?(named name: String) {
        guard let value = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = value
    }
}

extension Stage {
    internal init?(named name: String) {
        guard let value = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = value
    }
}

extension Site.Mode {
    internal init?(named name: String) {
        guard let value = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = value
    }
}

extension Row {
    /// The named value, or the failure that says the column holds none that this version writes.
    internal func value<Value>(_ column: String, _ make: (String) -> Value?) throws -> Value {
        guard let value = make(self[column]) else { throw CatalogFailure.malformed(column) }
        return value
    }

    /// The time; ``Timestamp/never`` for NULL.
    internal func time(_ column: String) -> Timestamp {
        let microseconds: Int64? = self[column]
        return microseconds.map(Timestamp.init(microseconds:)) ?? .never
    }

    /// The number; 0 for NULL.
    internal func number(_ column: String) -> UInt32 {
        let value: Int64? = self[column]
        return UInt32(clamping: value ?? 0)
    }

    /// The 64 bits; 0 for NULL.
    internal func bits(_ column: String) -> UInt64 {
        let value: Int64? = self[column]
        return UInt64(bitPattern: value ?? 0)
    }
}

extension Database {
    /// Runs a statement that stays prepared for the next call.
    internal func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try self.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The rows of a query that stays prepared for the next call.
    internal func rows(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Row] {
        try Row.fetchAll(self.cachedStatement(sql: sql), arguments: arguments)
    }

    /// The first row of a query that stays prepared for the next call.
    internal func row(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try Row.fetchOne(self.cachedStatement(sql: sql), arguments: arguments)
    }
}

extension [UInt8] {
    /// The bytes as a BLOB.
    internal var blob: Data { Data(self) }
}
