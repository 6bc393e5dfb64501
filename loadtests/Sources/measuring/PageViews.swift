package import Domain

/// Page views of many visitors, as they lie in the log.
///
/// Uniform, or as attention is spread: the visitor of rank k with a probability of about 1/k ("Zipf", by the inverse
/// of its distribution, N^u).
package struct PageViews {
    /// How views are spread over visitors.
    package enum Spread: String, CaseIterable {
        case uniform
        case zipf
    }

    /// When the first of them is received.
    package static let start = Timestamp(seconds: 1_800_000_000)
    private static let pages = [
        "", "tarifs", "maintenance/contrats", "energie/audit", "actualites/2026/11/salon", "contact",
        "references/industrie", "carrieres", "maintenance/urgence", "energie/solaire",
    ]

    /// Which slot a visitor has.
    package let map: SlotMap
    /// How many visitors there are.
    package let profiles: Int
    private let spread: Spread
    private let key: SipKey
    private var random: SplitMix
    private var counter: UInt64 = 0
    private let texts: [[UInt8]]

    /// The same views for the same seed.
    package init(profiles: Int, spread: Spread = .uniform, key: SipKey, seed: UInt64 = 1) {
        self.map = SlotMap(key: key)
        self.key = key
        self.profiles = profiles
        self.spread = spread
        self.random = SplitMix(state: seed)
        self.texts = Self.pages.map { Array("www.example.com/\($0)Maintenance industrielle - Ardoine".utf8) }
    }

    /// The visitor of a number.
    package func visitor(_ number: Int) -> VisitorID {
        VisitorID(
            high: SipHash.hash(UInt64(number), 1, key: self.key),
            low: SipHash.hash(UInt64(number), 2, key: self.key)
        )
    }

    /// Appends a view of the next visitor, by chance.
    package mutating func append(to writer: inout ByteWriter) {
        let unit = Double(self.random.next() >> 11) / Double(1 << 53)
        let number =
            switch self.spread {
            case .uniform: Int(unit * Double(self.profiles))
            case .zipf: Int(Exp2.power(unit * Self.log2(Double(self.profiles)))) - 1
            }
        self.append(of: min(max(number, 0), self.profiles - 1), to: &writer)
    }

    /// Appends a view of a visitor.
    package mutating func append(of number: Int, to writer: inout ByteWriter) {
        self.counter += 1
        let page = Int(self.random.next() % UInt64(Self.pages.count))
        let visitor = self.visitor(number)
        let text = self.texts[page]
        let urlBytes = 16 + Self.pages[page].utf8.count
        var record = EventRecord()
        record.verdict = .confirmed
        record.consent = .granted
        record.site = SiteID(1)
        record.visitor = visitor
        record.cookieReturned = true
        record.nonce = self.counter
        record.counter = 1
        record.network = UInt32(truncatingIfNeeded: number)
        record.agent = 7
        record.listVersion = 1
        record.url = TextRange(start: 0, count: urlBytes)
        record.path = TextRange(start: 15, count: urlBytes - 15)
        record.title = TextRange(start: urlBytes, count: text.count - urlBytes)
        text.withUnsafeBytes { bytes in
            record.page = self.map.pageKey(of: UnsafeRawBufferPointer(rebasing: bytes[..<urlBytes]))
            RecordFrame.append(to: &writer, kind: .event, slot: self.map.slot(of: visitor)) {
                record.encode(to: &$0, text: bytes)
            }
        }
    }

    private static func log2(_ value: Double) -> Double {
        Double(value.exponent) + (value.significand - 1)
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    /// Numbers from a seed.
    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
