import Domain
import TestSupport
import Testing

@Suite struct EventRecordCodingTests {
    @Test func everyFieldSurvivesTheRoundTrip() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2_000 {
            let sample = EventSample(using: &random)
            let payload = sample.encoded
            let decoded = try payload.withUnsafeBytes { try EventRecord(decoding: $0) }
            #expect(EventSample.Values(decoded, in: payload) == EventSample.Values(sample.record, in: sample.text))
            #expect(payload.withUnsafeBytes(EventRecord.visitor) == sample.record.visitor)
        }
    }

    @Test func bytesThatAreNoRecordNameNoVisitor() {
        var record = EventRecord()
        record.visitor = VisitorID(high: 1, low: 2)
        var writer = ByteWriter()
        record.encode(to: &writer, text: UnsafeRawBufferPointer(start: nil, count: 0))
        for count in 0..<writer.bytes.count {
            #expect(writer.bytes.prefix(count).withUnsafeBytes(EventRecord.visitor) == nil)
        }
    }

    @Test func aRecordWithNothingSetTakesSixBytes() {
        var writer = ByteWriter()
        EventRecord().encode(to: &writer, text: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(writer.bytes.count == 6)
    }

    @Test func thePathIsNotStoredTwice() throws {
        let text = Array("example.com/a/long/path/to/a/page?q=1".utf8)
        var record = EventRecord()
        record.url = TextRange(start: 0, count: text.count)
        var without = ByteWriter()
        text.withUnsafeBytes { record.encode(to: &without, text: $0) }
        record.path = TextRange(start: 11, count: 22)
        var with = ByteWriter()
        text.withUnsafeBytes { record.encode(to: &with, text: $0) }
        #expect(with.bytes.count == without.bytes.count + 2)
        let decoded = try with.bytes.withUnsafeBytes { try EventRecord(decoding: $0) }
        #expect(decoded.path.string(in: with.bytes) == "/a/long/path/to/a/page")
    }

    @Test func arbitraryBytesAreRefusedOrStayInsideTheirPayload() {
        var random = SeededRandom(seed: 11)
        var refused = 0
        for _ in 0..<20_000 {
            var payload = EventSample(using: &random).encoded
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                payload[Int.random(in: 0..<payload.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { payload.removeLast(Int.random(in: 0...payload.count, using: &random)) }
            let decoded = payload.withUnsafeBytes { try? EventRecord(decoding: $0) }
            guard let decoded else {
                refused += 1
                continue
            }
            for run in EventSample.texts(of: decoded) where !run.isEmpty {
                #expect(run.bounds.upperBound <= payload.count)
            }
        }
        #expect(refused > 5_000)
    }

    @Test func aRecordWrittenBeforeThereWereCampaignDetailsIsReadAsItWas() throws {
        // A page view of site 3 with a campaign's name, as it was written before bit 30 meant anything.
        let payload: [UInt8] = [0x02, 0, 0x80, 0, 1, 0x10, 3, 6] + Array("spring".utf8)
        let record = try payload.withUnsafeBytes { try EventRecord(decoding: $0) }
        #expect(record.site == SiteID(3))
        #expect(record.campaignName.string(in: payload) == "spring")
        #expect(record.campaignContent.isEmpty && record.campaignTerm.isEmpty && record.clickIDName.isEmpty)
    }

    @Test func anUnknownFieldBitIsRefused() {
        let payload: [UInt8] = [0, 0, 0, 0x80, 1, 0x10]
        #expect(throws: DecodingFailure.invalid("event fields")) {
            try payload.withUnsafeBytes { try EventRecord(decoding: $0) }
        }
    }
}

/// A random record with its texts.
private struct EventSample {
    var record = EventRecord()
    var text: [UInt8] = []

    init(using random: inout SeededRandom) {
        func sometimes<Value>(_ value: (inout SeededRandom) -> Value, else other: Value) -> Value {
            Int.random(in: 0..<3, using: &random) == 0 ? value(&random) : other
        }
        self.record.kind = EventKind.allCases.randomElement(using: &random) ?? .pageView
        self.record.verdict = Verdict.allCases.randomElement(using: &random) ?? .likely
        self.record.consent = ConsentChoice.allCases.randomElement(using: &random) ?? .undecided
        self.record.trust = LinkTrust.allCases.randomElement(using: &random) ?? .token
        self.record.filter = sometimes({ FilterReason.allCases.randomElement(using: &$0) ?? .bot }, else: .none)
        self.record.site = SiteID(sometimes({ $0.word() }, else: 0))
        self.record.visitor = sometimes({ VisitorID(high: $0.next(), low: $0.next()) }, else: nil)
        self.record.contact = sometimes({ ContactID($0.next()) }, else: nil)
        self.record.cookieReturned = sometimes({ _ in true }, else: false)
        self.record.isUpgrade = sometimes({ _ in true }, else: false)
        self.record.message = sometimes({ $0.word() }, else: 0)
        self.record.link = sometimes({ $0.word() }, else: 0)
        self.record.quote = sometimes({ $0.word() }, else: 0)
        self.record.click = sometimes({ $0.next() }, else: 0)
        self.record.nonce = sometimes({ $0.next() }, else: 0)
        self.record.counter = sometimes({ UInt16(truncatingIfNeeded: $0.next()) }, else: 0)
        self.record.latenessSeconds = sometimes({ $0.word() }, else: 0)
        self.record.page = PageKey(sometimes({ $0.next() }, else: 0))
        self.record.engagedMilliseconds = sometimes({ $0.word() }, else: 0)
        self.record.scrollPercent = sometimes({ UInt8(truncatingIfNeeded: $0.next()) }, else: 0)
        self.record.network = sometimes({ $0.word() }, else: 0)
        self.record.agent = sometimes({ $0.word() }, else: 0)
        self.record.listVersion = sometimes({ UInt16(truncatingIfNeeded: $0.next()) }, else: 0)
        self.addTexts(using: &random)
    }

    private mutating func addTexts(using random: inout SeededRandom) {
        self.record.url = self.addText(using: &random)
        if !self.record.url.isEmpty, Bool.random(using: &random) {
            let start = Int.random(in: 0..<Int(self.record.url.count), using: &random)
            let count = Int.random(in: 0...(Int(self.record.url.count) - start), using: &random)
            self.record.path = TextRange(start: Int(self.record.url.start) + start, count: count)
        } else {
            self.record.path = self.addText(using: &random)
        }
        self.record.title = self.addText(using: &random)
        self.record.referrer = self.addText(using: &random)
        self.record.campaignSource = self.addText(using: &random)
        self.record.campaignMedium = self.addText(using: &random)
        self.record.campaignName = self.addText(using: &random)
        self.record.campaignContent = self.addText(using: &random)
        self.record.campaignTerm = self.addText(using: &random)
        self.record.clickIDName = self.addText(using: &random)
        self.record.name = self.addText(using: &random)
        self.record.target = self.addText(using: &random)
        self.record.fields = self.addText(using: &random)
    }

    private mutating func addText(using random: inout SeededRandom) -> TextRange {
        guard Bool.random(using: &random) else { return .empty }
        let start = self.text.count
        for _ in 0..<Int.random(in: 0..<300, using: &random) {
            self.text.append(UInt8.random(in: 0...255, using: &random))
        }
        return TextRange(start: start, count: self.text.count - start)
    }

    var encoded: [UInt8] {
        var writer = ByteWriter()
        self.text.withUnsafeBytes { self.record.encode(to: &writer, text: $0) }
        return writer.bytes
    }

    static func texts(of record: EventRecord) -> [TextRange] {
        [
            record.url, record.path, record.title, record.referrer, record.campaignSource, record.campaignMedium,
            record.campaignName, record.campaignContent, record.campaignTerm, record.clickIDName, record.name,
            record.target, record.fields,
        ]
    }

    /// What two records must share, wherever their texts lie.
    struct Values: Equatable {
        var numbers: [UInt64]
        var texts: [[UInt8]]

        init(_ record: EventRecord, in buffer: [UInt8]) {
            self.numbers = [
                UInt64(record.kind.rawValue), UInt64(record.verdict.rawValue), UInt64(record.filter.rawValue),
                UInt64(record.consent.rawValue), UInt64(record.trust.rawValue), UInt64(record.site.rawValue),
                record.visitor == nil ? 0 : 1, record.visitor?.high ?? 0, record.visitor?.low ?? 0,
                record.contact == nil ? 0 : 1, record.contact?.rawValue ?? 0, record.cookieReturned ? 1 : 0,
                record.isUpgrade ? 1 : 0, UInt64(record.message), UInt64(record.link), UInt64(record.quote),
                record.click, record.nonce, UInt64(record.counter), UInt64(record.latenessSeconds),
                record.page.rawValue, UInt64(record.engagedMilliseconds), UInt64(record.scrollPercent),
                UInt64(record.network), UInt64(record.agent), UInt64(record.listVersion),
            ]
            self.texts = EventSample.texts(of: record).map { $0.isEmpty ? [] : Array(buffer[$0.bounds]) }
        }
    }
}

extension SeededRandom {
    fileprivate mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: self.next()) }
}
