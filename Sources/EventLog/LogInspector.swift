package import Domain

/// Looks at a log's files and changes nothing: also while a service runs on them, also when they are damaged.
package struct LogInspector: Sendable {
    /// Something to say about a file.
    package struct Finding: Equatable, Sendable, CustomStringConvertible {
        /// Whether stored records are lost or wrong. False for what an unclean stop, or a running service, leaves.
        package var isDamage: Bool
        /// The file.
        package var file: String
        /// Where in the file.
        package var position: Int
        /// What is there.
        package var text: String

        /// For the operator.
        package var description: String {
            "\(self.isDamage ? "damage" : "note"): \(self.file), byte \(self.position): \(self.text)"
        }
    }

    /// What a log holds.
    package struct Statistics: Equatable, Sendable {
        /// The stream; nil if no segment's header could be read.
        package var stream: StreamID?
        /// Segment files.
        package var segments = 0
        /// Of these, sealed ones.
        package var sealedSegments = 0
        /// Bytes of all segment files.
        package var fileBytes: UInt64 = 0
        /// Good blocks.
        package var blocks = 0
        /// Records in them.
        package var records: UInt64 = 0
        /// Bytes of their payloads.
        package var payloadBytes: UInt64 = 0
        /// The offset of the first record.
        package var start: UInt64 = 0
        /// The offset behind the last good record.
        package var end: UInt64 = 0
        /// When the first good block was committed.
        package var firstTime: Timestamp?
        /// When the last good block was committed.
        package var lastTime: Timestamp?
        /// Records by the number of their kind (``RecordKind``), ascending.
        package var kinds: [(kind: UInt8, records: UInt64)] {
            self.counts.enumerated().compactMap { $1 > 0 ? (UInt8($0), $1) : nil }
        }

        var counts = [UInt64](repeating: 0, count: 256)
    }

    /// What a dump says of a record. Its payload is personal data, and stays out.
    package struct RecordSummary: Equatable, Sendable, CustomStringConvertible {
        /// Its offset.
        package var offset: UInt64
        /// When its block was committed.
        package var time: Timestamp
        /// The name of its kind (``RecordKind``).
        package var kind: String
        /// The slot that folds it; nil if every slot does.
        package var slot: UInt16?
        /// What a derived record follows from; nil for others.
        package var cause: Cause?
        /// Bytes of its payload.
        package var bytes: Int

        /// For people: time in seconds since 1970.
        package var description: String {
            let fraction = String(self.time.microseconds - self.time.seconds * 1_000_000)
            let seconds = "\(self.time.seconds)." + String(repeating: "0", count: 6 - fraction.count) + fraction
            let place = self.slot.map { "slot \($0)" } ?? "every slot"
            let origin =
                self.cause.map { ", from slot \($0.source.rawValue) at \($0.offset).\($0.ordinal)" } ?? ""
            return "\(self.offset) \(seconds) \(self.kind), \(place)\(origin), \(self.bytes) bytes"
        }
    }

    private let storage: any LogStorage

    /// An inspector of the log in `storage`, which it does not lock.
    package init(_ storage: any LogStorage) { self.storage = storage }

    /// An inspector of the log in a directory.
    package init(directory: String) throws(StorageFailure) {
        self.storage = try PosixStorage(directory, createsDirectory: false)
    }

    /// Reads everything and tells what is wrong, in the order of the files.
    package func verify() throws(StorageFailure) -> [Finding] {
        var findings: [Finding] = []
        try self.scan(findings: &findings) { _ in }
        return findings
    }

    /// Reads everything and counts what is good.
    package func statistics() throws(StorageFailure) -> Statistics { try self.survey().statistics }

    /// Reads everything once: counts what is good, and tells what is wrong.
    package func survey() throws(StorageFailure) -> (statistics: Statistics, findings: [Finding]) {
        var findings: [Finding] = []
        var result = Statistics()
        var isFirst = true
        let segments = try self.scan(findings: &findings) { block in
            if isFirst { result.start = block.firstOffset }
            isFirst = false
            result.blocks += 1
            result.records += UInt64(block.count)
            result.payloadBytes += UInt64(block.frames.count)
            result.end = block.endOffset
            result.firstTime = result.firstTime ?? block.time
            result.lastTime = block.time
            block.frames.withUnsafeBytes { payload in
                var walk = BlockFrames(payload)
                while let range = walk.next() { result.counts[Int(payload[range.lowerBound + 4])] += 1 }
            }
        }
        result.segments = segments.count
        result.sealedSegments = segments.headers.count { $0.seal != nil }
        result.fileBytes = segments.fileBytes
        result.stream = segments.headers.first?.stream
        if isFirst, let first = segments.headers.first {
            result.start = first.firstOffset
            result.end = first.firstOffset
        }
        return (result, findings)
    }

    /// Describes the good records from `offset` on, at most `limit` of them.
    package func dump(from offset: UInt64, limit: Int, record: (RecordSummary) -> Void) throws(StorageFailure) {
        var findings: [Finding] = []
        var left = limit
        try self.scan(findings: &findings) { block in
            block.frames.withUnsafeBytes { payload in
                var number = block.firstOffset
                var walk = BlockFrames(payload)
                while left > 0, let range = walk.next() {
                    if number >= offset {
                        let frame = UnsafeRawBufferPointer(rebasing: payload[range])
                        record(Self.describe(frame, offset: number, time: block.time))
                        left -= 1
                    }
                    number += 1
                }
            }
        }
    }

    private struct Segments {
        var count = 0
        var headers: [SegmentHeader] = []
        var fileBytes: UInt64 = 0
    }

    /// Reads all segments; a damaged one is left where the damage begins, and reading goes on with the next.
    @discardableResult
    private func scan(
        findings: inout [Finding],
        visit: (CommittedBlock) -> Void
    ) throws(StorageFailure) -> Segments {
        let offsets = try self.storage.list().compactMap(SegmentName.firstOffset).sorted()
        var result = Segments(count: offsets.count)
        var end: UInt64?
        for (index, offset) in offsets.enumerated() {
            let name = SegmentName.name(of: offset)
            let segment: SegmentScan
            do throws(SegmentReadFailure) {
                segment = try SegmentScan(name, in: self.storage, visit: visit)
            } catch {
                switch error {
                case .storage(let failure):
                    // A running service may trim while this reads.
                    guard failure.reason == .notFound else { throw failure }
                case .header(let fault):
                    findings.append(Finding(isDamage: true, file: name, position: 0, text: fault.description))
                    end = nil
                case .damaged(let text, let position):
                    findings.append(Finding(isDamage: true, file: name, position: position, text: text))
                    end = nil
                }
                continue
            }
            let header = segment.header
            if header.firstOffset != offset {
                let text = "the header says that the segment begins at record \(header.firstOffset)"
                findings.append(Finding(isDamage: true, file: name, position: 56, text: text))
                end = nil
                continue
            }
            if let end, end != offset {
                let text = "the segment begins at record \(offset), the one before it ends at \(end)"
                findings.append(Finding(isDamage: true, file: name, position: 56, text: text))
            }
            if let first = result.headers.first, header.stream != first.stream {
                let text = "the segment belongs to the stream \(header.stream), the first to \(first.stream)"
                findings.append(Finding(isDamage: true, file: name, position: 16, text: text))
            }
            result.headers.append(header)
            result.fileBytes += UInt64(segment.bytes.count)
            Self.judge(segment, name: name, isLast: index + 1 == offsets.count, findings: &findings)
            end = segment.endOffset
        }
        return result
    }

    private static func judge(_ segment: SegmentScan, name: String, isLast: Bool, findings: inout [Finding]) {
        switch segment.tail {
        case .blank: break
        case .torn(let fault):
            let text =
                isLast
                ? "\(fault); nothing intact follows: a write that was cut short or is under way, "
                    + "or a damaged last block"
                : "\(fault), in a segment that was full"
            findings.append(Finding(isDamage: !isLast, file: name, position: segment.position, text: text))
        case .corrupt(let text):
            findings.append(Finding(isDamage: true, file: name, position: segment.position, text: text))
        }
    }

    private static func describe(_ frame: UnsafeRawBufferPointer, offset: UInt64, time: Timestamp) -> RecordSummary {
        let slot = UInt16(littleEndian: frame.loadUnaligned(fromByteOffset: 5, as: UInt16.self))
        let cause = BlockFrames.cause(of: frame)
        let header = cause == nil ? RecordFrame.plainHeaderBytes : RecordFrame.derivedHeaderBytes
        return RecordSummary(
            offset: offset,
            time: time,
            kind: RecordKind(rawValue: frame[4]).map { "\($0)" } ?? "kind \(frame[4])",
            slot: slot == Slot.every.rawValue ? nil : slot,
            cause: cause,
            bytes: frame.count - header
        )
    }
}
