import Domain
import ScoreStore
import TestSupport
import Testing

/// What a run leaves behind reads back as it was written, and no bytes whatever crash a decoder.
@Suite struct CodingTests {
    private static func bytes(_ encode: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        encode(&writer)
        return writer.bytes
    }

    private static func read<Value>(
        _ bytes: [UInt8],
        _ decode: (inout ByteReader) throws -> Value
    ) throws -> Value {
        try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            let value = try decode(&reader)
            try reader.expectEnd()
            return value
        }
    }

    @Test(arguments: 4_000..<4_010) func profilesSlotsAndModelsOfARunReadBackAsWritten(seed: UInt64) throws {
        var bench = SlotBench()
        try bench.run(Workload(seed: seed, count: 150).steps)
        for id in Workload.contacts + Workload.claimed {
            guard let contact = bench.contact(id) else { continue }
            #expect(try Self.read(Self.bytes { contact.encode(to: &$0) }) { try Contact(decoding: &$0) } == contact)
        }
        let models = try Self.read(Self.bytes { bench.models.encode(to: &$0) }) { try ModelHistory(decoding: &$0) }
        #expect(models.models.map(\.source) == bench.models.models.map(\.source))
        #expect(models.models.map(\.clocks) == bench.models.models.map(\.clocks))
        for (slot, bytes) in bench.bytes {
            let state = try Self.read(bytes) { try SlotState(decoding: &$0, models: models) }
            #expect(state.slot == slot)
            #expect(Self.bytes { state.encode(to: &$0) } == bytes)
        }
    }

    @Test(arguments: 4_100..<4_105) func everyRecordOfARunReadsBackToTheSameBytes(seed: UInt64) throws {
        var bench = SlotBench()
        try bench.run(Workload(seed: seed, count: 150).steps)
        for record in bench.log {
            let payload = record.payload
            let again: [UInt8]
            switch record.kind {
            case .contact:
                let value = try Self.read(payload) { try ContactRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .link:
                let value = try Self.read(payload) { try LinkRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .manualEntry:
                let value = try Self.read(payload) { try ManualEntryRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .erasure:
                let value = try Self.read(payload) { try ErasureRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .withdrawal, .withdrawn:
                let value = try Self.read(payload) { try WithdrawalRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .leadAnswer:
                let value = try Self.read(payload) { try LeadAnswerRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .reinstatement:
                let value = try Self.read(payload) { try ReinstatementRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .alias:
                let value = try Self.read(payload) { try AliasRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .linked:
                let value = try Self.read(payload) { try LinkedRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .unlinked:
                let value = try Self.read(payload) { try UnlinkedRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .sighting:
                let value = try Self.read(payload) { try SightingRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .verdict:
                let value = try Self.read(payload) { try VerdictRecord(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .model:
                let value = try Self.read(payload) { try ScoringModel(decoding: &$0) }
                again = Self.bytes { value.encode(to: &$0) }
            case .event:
                let value = try payload.withUnsafeBytes { try EventRecord(decoding: $0) }
                again = payload.withUnsafeBytes { raw in Self.bytes { value.encode(to: &$0, text: raw) } }
            case .touch, .tick, .canary, .erased, .erasedDerived: continue
            }
            #expect(again == payload, "\(record.kind)")
        }
    }

    @Test func damagedAndArbitraryBytesAreRefusedOrReadButNeverCrash() throws {
        var random = SeededRandom(seed: 6)
        var bench = SlotBench()
        try bench.run(Workload(seed: 4_200, count: 120).steps)
        let samples =
            bench.bytes.sorted { $0.key < $1.key }.map(\.value).filter { !$0.isEmpty } + bench.log.map(\.payload)
        for sample in samples {
            for _ in 0..<6 {
                var bytes = sample
                for _ in 0...(random.next() % 3) where !bytes.isEmpty {
                    bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
                }
                if random.next() % 3 == 0 { bytes.removeLast(Int(random.next() % UInt64(bytes.count + 1))) }
                self.decodeEverything(bytes, bench.models)
            }
        }
        for _ in 0..<2_000 {
            let bytes = (0..<Int(random.next() % 90)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            self.decodeEverything(bytes, bench.models)
        }
    }

    private func decodeEverything(_ bytes: [UInt8], _ models: ModelHistory) {
        _ = try? Self.read(bytes) { try Contact(decoding: &$0) }
        var visitor = Visitor(id: VisitorID(high: 1, low: 2), at: .distantPast)
        try? bytes.withUnsafeBytes { try visitor.unpack($0, id: visitor.id) }
        _ = try? Self.read(bytes) { try SlotState(decoding: &$0, models: models) }
        _ = try? Self.read(bytes) { try ContactRecord(decoding: &$0) }
        _ = try? Self.read(bytes) { try LinkedRecord(decoding: &$0) }
        _ = try? Self.read(bytes) { try TouchRecord(decoding: &$0) }
        _ = try? Self.read(bytes) { try UnlinkedRecord(decoding: &$0) }
        _ = try? Self.read(bytes) { try ManualEntryRecord(decoding: &$0) }
        _ = try? Self.read(bytes) { try ErasureRecord(decoding: &$0) }
        _ = try? Self.read(bytes) { try LeadAnswerRecord(decoding: &$0) }
        _ = try? Self.read(bytes) { try ScoringModel(decoding: &$0) }
        _ = try? Self.read(bytes) { try RecordFrame.read(from: &$0) }
        _ = try? bytes.withUnsafeBytes { try EventRecord(decoding: $0) }
    }
}
