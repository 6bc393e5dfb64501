package import Domain
import Synchronization

extension SegmentLog {
    private enum Source {
        case blocks([CommittedBlock])
        case segment(Segment, endOffset: UInt64)
    }

    package func read(from offset: UInt64, maximumBytes: Int) throws(LogReadFailure) -> [CommittedBlock] {
        let source = try self.state.withLock { (state) throws(LogReadFailure) -> Source in
            let start = state.segments[0].firstOffset
            guard offset >= start else { throw .trimmed(first: start) }
            guard offset < state.chain.offset else { return .blocks([]) }
            if let blocks = state.recent.read(from: offset, maximumBytes: maximumBytes) { return .blocks(blocks) }
            // There is one: the first segment begins at or below `offset`.
            let index = state.segments.lastIndex { $0.firstOffset <= offset } ?? 0
            let isLast = index + 1 == state.segments.count
            let endOffset = isLast ? state.chain.offset : state.segments[index + 1].firstOffset
            return .segment(state.segments[index], endOffset: endOffset)
        }
        switch source {
        case .blocks(let blocks): return blocks
        case .segment(let segment, let endOffset):
            do throws(SegmentReadFailure) {
                var reader = try SegmentReader(segment, in: self.storage, from: offset, endOffset: endOffset)
                return try reader.read(from: offset, maximumBytes: maximumBytes)
            } catch {
                // A file that was trimmed meanwhile may be gone, blank or another segment by now. It left the list
                // before it was touched, so a segment that is still listed was read undisturbed.
                let start = self.start
                guard offset >= start else { throw .trimmed(first: start) }
                switch error {
                case .damaged, .header: throw .corrupt(offset: offset)
                case .storage(let failure): throw .storage(failure.code)
                }
            }
        }
    }

    package func trim(below offset: UInt64) {
        self.state.withLock { state in
            while state.segments.count > 1, state.segments[1].firstOffset <= offset {
                state.discarded.append(state.segments.removeFirst())
            }
        }
        self.askForHousekeeping()
    }

    /// Retention: gives up whole segments whose last record is older than `time`, but nothing at or behind `limit`,
    /// and at most a day of log at once (one segment in any case): a clock that is wrong by years must not empty the
    /// log. Returns the offset of the oldest record then held.
    @discardableResult
    package func retain(newerThan time: Timestamp, below limit: UInt64) -> UInt64 {
        let offset = self.state.withLock { state in
            let segments = state.segments
            var kept = 0
            while kept + 1 < segments.count {
                let next = segments[kept + 1].header
                // The base time of a segment is the time of the last record before it.
                guard next.baseTime < time, next.firstOffset <= limit else { break }
                let span = next.baseTime.since(Self.firstTime(of: segments))
                guard kept == 0 || span <= TimeSpan.days(1) else { break }
                kept += 1
            }
            return segments[kept].firstOffset
        }
        self.trim(below: offset)
        return offset
    }

    /// Where the day that one run may remove begins. The very first segment has no record before it, so that its
    /// base time says nothing; the end of it then counts.
    private static func firstTime(of segments: [Segment]) -> Timestamp {
        let base = segments[0].header.baseTime
        return base == .distantPast && segments.count > 1 ? segments[1].header.baseTime : base
    }
}

extension StorageFailure {
    /// The number that ``LogReadFailure/storage(_:)`` carries.
    var code: Int32 {
        switch self.reason {
        case .system(let code): code
        case .notFound: 2
        case .noSpace: 28
        case .locked: 11
        }
    }
}
