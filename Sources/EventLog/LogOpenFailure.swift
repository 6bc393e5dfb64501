package import Domain

/// Why a log could not be opened. Nothing was changed.
package enum LogOpenFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process uses the directory.
    case inUse(String)
    /// Stored bytes are not what was written: in this file, at this byte.
    case corrupt(file: String, position: Int, String)
    /// A newer version of Vendange wrote this file.
    case newerVersion(file: String)
    /// A segment between these offsets is missing, or all of them.
    case missing(from: UInt64, to: UInt64)
    /// The log does not reach the given causes' offset: it is older than the checkpoint, or lost its end.
    case endsBeforeCheckpoint(end: UInt64, checkpoint: UInt64)
    /// The records from the given causes' offset on were trimmed.
    case beginsBehindCheckpoint(start: UInt64, checkpoint: UInt64)
    /// The storage failed.
    case storage(StorageFailure)
    /// The system gave no thread.
    case noThread

    /// For the operator.
    package var description: String {
        switch self {
        case .inUse(let path): "the log in \(path) is used by another process"
        case .corrupt(let file, let position, let what): "the log is damaged: \(file), byte \(position): \(what)"
        case .newerVersion(let file): "\(file) was written by a newer version of Vendange"
        case .missing(let from, let to): "the log is damaged: the records \(from) to \(to) are missing"
        case .endsBeforeCheckpoint(let end, let checkpoint):
            "the log ends at \(end), before the checkpoint at \(checkpoint)"
        case .beginsBehindCheckpoint(let start, let checkpoint):
            "the log begins at \(start), behind the checkpoint at \(checkpoint)"
        case .storage(let failure): failure.description
        case .noThread: "the system gives no thread"
        }
    }
}

extension LogOpenFailure {
    /// What it means for an opening that a file could not be read.
    init(_ failure: SegmentReadFailure, file: String) {
        switch failure {
        case .storage(let failure): self = .storage(failure)
        case .header(.version(let version)) where version > SegmentHeader.version: self = .newerVersion(file: file)
        case .header(let fault): self = .corrupt(file: file, position: 0, fault.description)
        case .damaged(let fault, let position): self = .corrupt(file: file, position: position, fault)
        }
    }
}

/// What opening a log found.
package struct LogOpening: Equatable, Sendable {
    /// Whether the log had been closed, so that nothing had to be recovered.
    package internal(set) var wasClean = true
    /// Whether a torn write stood at the end; its records had never been acknowledged.
    package internal(set) var hadTornWrite = false
    /// Records held.
    package internal(set) var records: UInt64 = 0
}
