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

    /// The keys as they are written, by their raw values.
    static let names = NameTable(Self.allCases.map(\.text), ignoringCase: false)
}
