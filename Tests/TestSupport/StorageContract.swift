package import Domain

/// What a contract found: which promise an implementation broke.
package struct ContractViolation: Error, CustomStringConvertible {
    /// The promise, and what was seen instead.
    package let description: String

    /// A violation of `promise`.
    package init(_ promise: String) { self.description = promise }

    /// Throws unless `holds`.
    package static func check(_ holds: Bool, _ promise: @autoclosure () -> String) throws {
        if !holds { throw ContractViolation(promise()) }
    }
}

/// What every ``LogStorage`` promises. Each case starts with an empty directory.
package enum StorageContract: String, CaseIterable, Sendable {
    case readsWhatWasWritten
    case readsShortAtTheEnd
    case gapsAreZero
    case creatingEmpties
    case renamingReplaces
    case openFilesOutliveTheirName
    case missingFilesAreNotFound
    case theLockIsExclusive
    case listsWhatIsThere

    /// Checks the promise. `other` is a second handle on the same directory.
    package func check(_ storage: any LogStorage, other: any LogStorage) throws {
        switch self {
        case .readsWhatWasWritten:
            let file = try storage.create("a")
            try Self.write([1, 2, 3], to: file)
            try Self.write([9], to: file, at: 1)
            try file.sync()
            try Self.expect(try storage.open("a", forWriting: false).bytes(at: 0, count: 9), [1, 9, 3])
        case .readsShortAtTheEnd:
            let file = try storage.create("a")
            try Self.write([1, 2, 3], to: file)
            try Self.expect(try file.bytes(at: 2, count: 5), [3])
            try Self.expect(try file.bytes(at: 3, count: 5), [])
            try Self.expect(try file.bytes(at: 90, count: 5), [])
            try ContractViolation.check(try file.size() == 3, "a file is as long as what was written")
        case .gapsAreZero:
            let file = try storage.create("a")
            try Self.write([7], to: file, at: 3)
            try Self.expect(try file.bytes(at: 0, count: 9), [0, 0, 0, 7])
        case .creatingEmpties:
            try Self.write([1, 2, 3], to: try storage.create("a"))
            try ContractViolation.check(try storage.create("a").size() == 0, "creating empties a file")
        case .renamingReplaces:
            try Self.write([1], to: try storage.create("a"))
            try Self.write([2], to: try storage.create("b"))
            try storage.rename("a", to: "b")
            try storage.syncDirectory()
            try Self.expect(try storage.open("b", forWriting: false).bytes(at: 0, count: 9), [1])
            try ContractViolation.check(try storage.list() == ["b"], "renaming takes the old name away")
        case .openFilesOutliveTheirName:
            let file = try storage.create("a")
            try Self.write([1], to: file)
            try storage.rename("a", to: "b")
            try Self.write([2], to: file, at: 1)
            try Self.expect(try storage.open("b", forWriting: true).bytes(at: 0, count: 9), [1, 2])
            try storage.remove("b")
            try Self.expect(try file.bytes(at: 0, count: 9), [1, 2])
        case .missingFilesAreNotFound:
            for attempt in [
                { _ = try storage.open("a", forWriting: true) }, { try storage.remove("a") },
                { try storage.rename("a", to: "b") },
            ] {
                do {
                    try attempt()
                    throw ContractViolation("a missing file is not found")
                } catch let failure as StorageFailure {
                    try ContractViolation.check(failure.reason == .notFound, "the reason is notFound: \(failure)")
                }
            }
        case .theLockIsExclusive:
            try storage.lock()
            do {
                try other.lock()
                throw ContractViolation("a second lock is refused")
            } catch let failure as StorageFailure {
                try ContractViolation.check(failure.reason == .locked, "the reason is locked: \(failure)")
            }
            storage.unlock()
            try other.lock()
            other.unlock()
        case .listsWhatIsThere:
            _ = try storage.create("a")
            _ = try storage.create("b")
            try storage.remove("a")
            try ContractViolation.check(try storage.list() == ["b"], "the lock's own file is not listed")
            try ContractViolation.check(try storage.freeBytes() > 0, "there is space")
        }
    }

    private static func write(_ bytes: [UInt8], to file: any StorageFile, at position: Int = 0) throws {
        try bytes.withUnsafeBytes { try file.writeAll($0, at: position) }
    }

    private static func expect(_ found: [UInt8], _ expected: [UInt8]) throws {
        try ContractViolation.check(found == expected, "expected \(expected), found \(found)")
    }
}
