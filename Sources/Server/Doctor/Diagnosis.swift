/// What an examination of a data directory found, for people and as JSON.
package struct Diagnosis: Sendable, Encodable {
    /// One thing to know about, and what to do.
    package struct Finding: Sendable, Equatable, Encodable {
        /// How bad it is, and by its name the exit code it leads to.
        package enum Kind: String, Sendable, Encodable, CaseIterable {
            /// Good to know.
            case note
            /// Something that has to be there is not.
            case missing
            /// Something is not what was written, or does not belong together.
            case damaged
            /// Somebody may read what they should not, or the service may not.
            case access
            /// The system cannot do what is needed.
            case system
        }

        package var kind: Kind
        /// log, checkpoints, catalog, space, keys or directory.
        package var part: String
        package var text: String
        /// Empty when nothing is to be done.
        package var advice: String
    }

    /// The log.
    package struct LogFacts: Sendable, Encodable {
        package var stream: String
        package var segments: Int
        package var start: UInt64
        package var end: UInt64
        package var records: UInt64
        package var payloadBytes: UInt64
        package var firstTime: String?
        package var lastTime: String?
    }

    /// A generation of the checkpoints.
    package struct CheckpointFacts: Sendable, Encodable {
        package var file: String
        package var bytes: Int
        package var ageSeconds: Int64
        /// Nil when it is damaged.
        package var low: UInt64?
        package var high: UInt64?
    }

    /// The catalog.
    package struct CatalogFacts: Sendable, Encodable {
        package var bytes: Int
        /// Of the write-ahead log: what was committed and is not in the file yet.
        package var walBytes: Int
        package var applied: UInt64?
        /// Records of the log that are not in it.
        package var lagRecords: UInt64?
        package var pendingDeliveries: Int
        package var deadDeliveries: Int
    }

    /// The disk.
    package struct SpaceFacts: Sendable, Encodable {
        package var freeBytes: UInt64
        /// Below this, events are refused.
        package var floorBytes: Int
    }

    /// All scores at a place in the log.
    package struct ScoreFacts: Sendable, Equatable, Encodable {
        package var position: UInt64
        /// Of all slots' bytes in order, hexadecimal: equal when every profile is.
        package var sha256: String
    }

    package var directory: String
    package var isRunning = false
    package var log: LogFacts?
    package var checkpoints: [CheckpointFacts] = []
    package var catalog: CatalogFacts?
    package var space: SpaceFacts?
    package var scores: ScoreFacts?
    package var findings: [Finding] = []

    init(directory: String) { self.directory = directory }

    mutating func add(_ kind: Finding.Kind, _ part: String, _ text: String, _ advice: String = "") {
        self.findings.append(Finding(kind: kind, part: part, text: text, advice: advice))
    }

    /// Whether nothing has to be done.
    package var isWell: Bool { self.findings.allSatisfy { $0.kind == .note } }
}
