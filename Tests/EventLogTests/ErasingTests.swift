import Domain
import ScoreStore
import TestSupport
import Testing

@testable import EventLog

/// What was erased leaves the sealed log; everything else stays where it was.
@Suite struct ErasingTests {
    private struct Block: Equatable {
        var offset: UInt64
        var time: Timestamp
        var frames: [[UInt8]]
    }

    private func blocks(_ stream: some EventStream) throws -> [Block] {
        try TestRecords.readAll(stream).map { block in
            var frames: [[UInt8]] = []
            block.visitFrames { frame, _ in frames.append(Array(frame)) }
            return Block(offset: block.firstOffset, time: block.time, frames: frames)
        }
    }

    private func fixture(seed: UInt64 = 1) -> LogFixture {
        var fixture = LogFixture(seed: seed)
        fixture.configuration.segmentBytes = 40_960
        fixture.configuration.blockBytes = 16_384
        fixture.configuration.pendingBytes = 16_384
        fixture.configuration.freeSpaceFloorBytes = 0
        fixture.configuration.erasurePause = .seconds(0)
        return fixture
    }

    /// Logs the steps, each at its time, and what is derived from them.
    private func record(_ steps: [LogStep], in fixture: LogFixture, _ log: SegmentLog) throws {
        let map = SlotMap(key: log.slotKey)
        let writer = log.makeWriter(.control) { _ in }
        let scorer = self.scorer(ScoreStore(slots: map), log)
        var now = steps.first?.time ?? .distantPast
        for step in steps {
            fixture.clock.advance(step.time.since(now))
            now = step.time
            var frames = ByteWriter()
            for item in step.items {
                RecordFrame.append(to: &frames, kind: item.kind, slot: item.slot(in: map)) {
                    $0.bytes.append(contentsOf: item.payload)
                }
            }
            _ = try frames.bytes.withUnsafeBytes { try writer.append($0, records: step.items.count) }
            writer.flush()
            try scorer.runToEnd()
        }
    }

    private func scorer(_ store: ScoreStore, _ stream: any EventStream) -> Scorer {
        Scorer(
            store: store,
            stream: stream,
            directory: Directory(),
            effects: EffectQueue(lanes: 2, start: 0),
            workers: 2,
            start: 0
        )
    }

    /// Makes everything that was logged so far part of full segments, with another full one behind it; seals them, and
    /// looks for what was erased.
    private func settle(_ fixture: LogFixture, _ log: SegmentLog) throws {
        let writer = log.makeWriter(.control) { _ in }
        for _ in 0..<3 {
            fixture.clock.advance(.days(1))
            try writer.append(TestRecords.padding(1))
            while log.step() {}
        }
        log.seal(below: log.end)
        while log.step() {}
    }

    /// Everything a directory's files hold, expanded.
    private func everything(_ storage: FaultyStorage) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for name in try storage.list() {
            bytes += try #require(storage.contents(of: name))
            guard SegmentName.firstOffset(of: name) != nil else { continue }
            _ = try SegmentScan(name, in: storage) { bytes += $0.frames }
        }
        return bytes
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { start in
            bytes[start] == part[0] && bytes[start..<(start + part.count)].elementsEqual(part)
        }
    }

    // MARK: A person

    private static let visitor = VisitorID(high: 0x1122_3344_5566_7788, low: 0x99aa_bbcc_ddee_ff01)
    private static let other = VisitorID(high: 0x0102_0304_0506_0708, low: 0x0910_1112_1314_1516)
    private static let person = ContactID(0xfeed_beef_cafe_0001)
    private static let colleague = ContactID(0xfeed_beef_cafe_0002)

    private static func view(_ visitor: VisitorID, _ path: String, nonce: UInt64) -> LogItem {
        var record = EventRecord()
        record.kind = .pageView
        record.verdict = .confirmed
        record.consent = .granted
        record.visitor = visitor
        record.nonce = nonce
        record.counter = 1
        return .event(record, path: path)
    }

    /// A person who reads, writes a form and is erased with their browser, and somebody else who only reads.
    private static var story: [LogStep] {
        var form = EventRecord()
        form.kind = .formSubmit
        form.verdict = .confirmed
        form.consent = .granted
        form.trust = .claim
        form.visitor = Self.visitor
        form.contact = Self.person
        form.nonce = 3
        form.counter = 1
        let items: [LogItem] = [
            Self.view(Self.visitor, "/tarifs/secret", nonce: 1), Self.view(Self.other, "/maintenance", nonce: 2),
            .event(form, path: "/contact", name: "contact", email: "jeanne@private.example"),
            Self.view(Self.visitor, "/energie/secret", nonce: 4), Self.view(Self.other, "/energie", nonce: 5),
            .contact(ContactRecord(contact: Self.colleague)), .erase(Self.visitor), .erase(Self.person),
            Self.view(Self.other, "/tarifs", nonce: 6),
        ]
        return items.enumerated().map { index, item in
            LogStep(time: Workload.start.adding(.seconds(Int64(index))), items: [item])
        }
    }

    private static func bytes(of visitor: VisitorID) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(visitor.high)
        writer.write(visitor.low)
        return writer.bytes
    }

    private static func bytes(of contact: ContactID) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(contact.rawValue)
        return writer.bytes
    }

    @Test func `of an erased person nothing is left in any file`() throws {
        let fixture = self.fixture()
        let log = try fixture.open()
        try self.record(Self.story, in: fixture, log)
        let traces = [
            Self.bytes(of: Self.visitor), Self.bytes(of: Self.person), Array("jeanne@private".utf8),
            Array("secret".utf8),
        ]
        let before = try self.everything(fixture.storage)
        for trace in traces { #expect(self.contains(before, trace)) }
        let causes = log.causes().table
        try self.settle(fixture, log)
        let after = try self.everything(fixture.storage)
        for trace in traces { #expect(!self.contains(after, trace)) }
        for kept in [Self.bytes(of: Self.other), Self.bytes(of: Self.colleague)] { #expect(self.contains(after, kept)) }
        #expect(log.takeSealingFailure() == nil)
        #expect(try LogInspector(fixture.storage).verify() == [])
        log.close()
        let again = try fixture.open()
        #expect(again.causes().table == causes, "what was derived stays stored")
        again.close()
    }

    @Test func `erasures of the newest sealed segment wait for the next`() throws {
        let fixture = self.fixture()
        let log = try fixture.open()
        try self.record(Self.story, in: fixture, log)
        fixture.clock.advance(.days(1))
        let writer = log.makeWriter(.control) { _ in }
        try writer.append(TestRecords.padding(1))
        while log.step() {}
        log.seal(below: log.end)
        while log.step() {}
        #expect(try LogInspector(fixture.storage).statistics().sealedSegments == 1)
        #expect(self.contains(try self.everything(fixture.storage), Self.bytes(of: Self.visitor)))
        try self.settle(fixture, log)
        #expect(!self.contains(try self.everything(fixture.storage), Self.bytes(of: Self.visitor)))
        log.close()
    }

    @Test func `a pass waits for its time, and a restart does not forget that it is due`() throws {
        var fixture = self.fixture()
        fixture.configuration.erasurePause = .days(30)
        let log = try fixture.open()
        try self.record(Self.story, in: fixture, log)
        try self.settle(fixture, log)
        #expect(
            !self.contains(try self.everything(fixture.storage), Self.bytes(of: Self.person)),
            "the first is at once"
        )
        try self.record([LogStep(time: Workload.start, items: [.erase(Self.other)])], in: fixture, log)
        try self.settle(fixture, log)
        #expect(self.contains(try self.everything(fixture.storage), Self.bytes(of: Self.other)))
        log.close()
        let again = try fixture.open()
        again.seal(below: again.end)
        while again.step() {}
        #expect(!self.contains(try self.everything(fixture.storage), Self.bytes(of: Self.other)))
        again.close()
    }

    @Test func `a damaged segment breaks a pass off, and nobody counts as forgotten`() throws {
        var fixture = self.fixture()
        fixture.configuration.erasurePause = .hours(1)
        let log = try fixture.open()
        try self.record(Self.story, in: fixture, log)
        fixture.clock.advance(.days(1))
        try self.record([LogStep(time: Workload.start, items: [.erase(Self.other)])], in: fixture, log)
        fixture.storage.flipBit(of: SegmentName.name(of: 0), at: 4_200, bit: 1)
        try self.settle(fixture, log)
        #expect(log.takeSealingFailure()?.contains("erased") == true)
        #expect(self.contains(try self.everything(fixture.storage), Self.bytes(of: Self.other)), "the notice stays")
        fixture.clock.advance(.hours(2))
        while log.step() {}
        #expect(log.takeSealingFailure()?.contains("erased") == true, "told again")
        #expect(log.failure == nil)
        log.close()
    }

    @Test func `a machine that stops in any operation has erased all, or still knows that it must`() throws {
        var dry = self.fixture()
        // On a machine that is down a pass fails at once; the next must not follow at once.
        dry.configuration.erasurePause = .hours(1)
        let whole = try dry.open()
        try self.record(Self.story, in: dry, whole)
        let before = dry.storage.operations
        try self.settle(dry, whole)
        let after = dry.storage.operations
        whole.close()
        for point in 1...(after - before) {
            var fixture = self.fixture(seed: UInt64(point))
            fixture.configuration = dry.configuration
            let log = try fixture.open()
            try self.record(Self.story, in: fixture, log)
            let end = log.end
            fixture.storage.crash(after: point)
            try? self.settle(fixture, log)
            fixture.storage.crash()
            let again = try fixture.open()
            #expect(again.end >= end)
            #expect(try LogInspector(fixture.storage).verify().filter(\.isDamage) == [], "operation \(point)")
            try self.settle(fixture, again)
            #expect(!self.contains(try self.everything(fixture.storage), Self.bytes(of: Self.person)), "\(point)")
            #expect(self.contains(try self.everything(fixture.storage), Self.bytes(of: Self.other)), "\(point)")
            again.close()
        }
    }

    // MARK: Everybody

    /// Whom the erasures of a log concern: those erased, those whose derived records went with them, and second keys.
    private func concerned(_ blocks: [Block], _ erasures: Erasures) throws -> (Set<ContactID>, Set<VisitorID>) {
        var contacts: Set<ContactID> = []
        var visitors: Set<VisitorID> = []
        for block in blocks {
            for (index, frame) in block.frames.enumerated() {
                try frame.withUnsafeBytes { raw in
                    guard erasures.replacement(for: raw, at: block.offset + UInt64(index)) != nil else { return }
                    var reader = ByteReader(raw)
                    let record = try RecordFrame.read(from: &reader)
                    var payload = ByteReader(UnsafeRawBufferPointer(rebasing: raw[record.payload]))
                    switch record.kind {
                    case .touch: contacts.insert(try TouchRecord(decoding: &payload).contact)
                    case .linked: contacts.insert(try LinkedRecord(decoding: &payload).contact)
                    case .unlinked: contacts.insert(try UnlinkedRecord(decoding: &payload).contact)
                    case .alias:
                        let alias = try AliasRecord(decoding: &payload)
                        contacts.formUnion([alias.alias, alias.contact])
                    case .erasure:
                        switch try ErasureRecord(decoding: &payload) {
                        case .contact(let contact): contacts.insert(contact)
                        case .visitor(let visitor): visitors.insert(visitor)
                        }
                    default: break
                    }
                }
            }
        }
        return (contacts, visitors)
    }

    /// The browsers a log knows.
    private func visitors(_ blocks: [Block]) -> Set<VisitorID> {
        Set(
            blocks.flatMap(\.frames).compactMap { frame in
                guard frame[4] == RecordKind.event.rawValue else { return nil }
                return frame[RecordFrame.plainHeaderBytes...]
                    .withUnsafeBytes { try? EventRecord(decoding: $0) }?.visitor
            }
        )
    }

    /// Who is there when a log has been folded.
    private func profiles(
        _ stream: any EventStream,
        _ known: Set<VisitorID>
    ) throws -> ([ContactID: Contact], [VisitorID: Visitor]) {
        let store = ScoreStore(slots: SlotMap(key: stream.slotKey))
        try self.scorer(store, stream).runToEnd()
        var contacts: [ContactID: Contact] = [:]
        var visitors: [VisitorID: Visitor] = [:]
        for id in Workload.contacts + Workload.aliases + Workload.claimed {
            contacts[id] = store.read(store.slots.slot(of: id)) { $0.contact(id) }
        }
        for id in known { visitors[id] = store.visitor(id) }
        return (contacts, visitors)
    }

    /// Chance, and at its end somebody who is erased for certain.
    private func workload(_ seed: UInt64) -> [LogStep] {
        let steps = Workload(seed: seed, count: 80, ticks: false).steps
        let end = steps.last?.time ?? Workload.start
        return steps + [LogStep(time: end, items: [.erase(Workload.contacts[Int(seed % 8)])])]
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `everybody who was not concerned is replayed as before, and every record stays in its place`(
        seed: UInt64
    ) throws {
        let fixture = self.fixture(seed: seed)
        let log = try fixture.open()
        try self.record(self.workload(seed), in: fixture, log)
        let before = try self.blocks(log)
        let visitors = self.visitors(before)
        let live = try self.profiles(FrozenLog(fixture.storage), visitors)
        var erasures = Erasures()
        for block in before {
            for (index, frame) in block.frames.enumerated() {
                frame.withUnsafeBytes { erasures.note($0, at: block.offset + UInt64(index)) }
            }
        }
        let concerned = try self.concerned(before, erasures)
        let end = log.end
        try self.settle(fixture, log)
        #expect(log.takeSealingFailure() == nil)

        let after = try self.blocks(FrozenLog(fixture.storage, end: end))
        #expect(after.map(\.offset) == before.map(\.offset) && after.map(\.time) == before.map(\.time))
        for (old, new) in zip(before, after) {
            try #require(old.frames.count == new.frames.count)
            for (index, pair) in zip(old.frames, new.frames).enumerated() {
                let replacement = pair.0.withUnsafeBytes {
                    erasures.replacement(for: $0, at: old.offset + UInt64(index))
                }
                #expect(pair.1 == replacement ?? pair.0)
            }
        }
        let replayed = try self.profiles(FrozenLog(fixture.storage, end: end), visitors)
        for id in Set(live.0.keys).union(replayed.0.keys).subtracting(concerned.0) {
            #expect(live.0[id] == replayed.0[id], "contact \(id)")
        }
        for id in visitors.subtracting(concerned.1) { #expect(live.1[id] == replayed.1[id], "visitor \(id)") }
        #expect(erasures.count > 0, "the workload erases somebody")
        #expect(!Set(live.0.keys).subtracting(concerned.0).isEmpty, "and leaves somebody alone")
        log.close()
    }
}
