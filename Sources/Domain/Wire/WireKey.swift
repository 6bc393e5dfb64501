/// The keys of the wire format, in the JSON object and the pixel's query alike; each is documented at the property
/// of ``WireEvent`` it fills.
package enum WireKey: UInt8, Sendable, CaseIterable {
    case type
    case site
    case url
    case id
    case time
    case sent
    case title
    case referrer
    case campaignSource
    case campaignMedium
    case campaignName
    case campaignContent
    case campaignTerm
    case click
    case consent
    case upgrade
    case engaged
    case scroll
    case name
    case target
    case fields

    /// The key as it is written.
    package var text: StaticString {
        switch self {
        case .type: "type"
        case .site: "site"
        case .url: "url"
        case .id: "id"
        case .time: "time"
        case .sent: "sent"
        case .title: "title"
        case .referrer: "referrer"
        case .campaignSource: "campaign_source"
        case .campaignMedium: "campaign_medium"
        case .campaignName: "campaign_name"
        case .campaignContent: "campaign_content"
        case .campaignTerm: "campaign_term"
        case .click: "click"
        case .consent: "consent"
        case .upgrade: "upgrade"
        case .engaged: "engaged"
        case .scroll: "scroll"
        case .name: "name"
        case .target: "target"
        case .fields: "fields"
        }
    }

    /// Whether an event without it is rejected, so that it is never merely dropped.
    package var isRequired: Bool { self == .type || self == .site || self == .url }

    /// How its value is written.
    package enum Form: Sendable {
        /// A JSON string.
        case text
        /// A JSON number; in a query its digits.
        case number
        /// `true` or `false`; in a query also `1` or `0`.
        case flag
        /// A JSON object of strings; a query cannot carry it.
        case fields
    }

    /// How its value is written.
    package var form: Form {
        switch self {
        case .time, .sent, .engaged, .scroll: .number
        case .upgrade: .flag
        case .fields: .fields
        default: .text
        }
    }

    private static let byText = WireKeyTable(Self.allCases)

    /// The key that is written so, if there is one.
    init?(_ written: TextRange, in bytes: [UInt8]) {
        guard let key = Self.byText.key(of: written, in: bytes) else { return nil }
        self = key
    }
}

/// The keys by their length and first eight bytes, which tell all of them apart.
private struct WireKeyTable: Sendable {
    private struct Entry {
        var head: UInt64
        var key: WireKey
    }

    private var byLength: [[Entry]]

    init(_ keys: [WireKey]) {
        let longest = keys.map(\.text.utf8CodeUnitCount).max() ?? 0
        self.byLength = Array(repeating: [], count: longest + 1)
        for key in keys {
            let text = UnsafeRawBufferPointer(start: key.text.utf8Start, count: key.text.utf8CodeUnitCount)
            self.byLength[text.count].append(Entry(head: Self.head(of: text), key: key))
        }
    }

    func key(of written: TextRange, in bytes: [UInt8]) -> WireKey? {
        guard Int(written.count) < self.byLength.count else { return nil }
        let head = bytes.withUnsafeBytes { Self.head(of: UnsafeRawBufferPointer(rebasing: $0[written.bounds])) }
        for entry in self.byLength[Int(written.count)]
        where entry.head == head && written.equals(entry.key.text, in: bytes) {
            return entry.key
        }
        return nil
    }

    private static func head(of text: UnsafeRawBufferPointer) -> UInt64 {
        var head: UInt64 = 0
        for index in 0..<min(text.count, 8) { head = head << 8 | UInt64(text[index]) }
        return head
    }
}
