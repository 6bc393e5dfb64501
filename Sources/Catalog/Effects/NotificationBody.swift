internal import Domain
internal import Foundation

/// A notification as it leaves: CloudEvents 1.0, structured JSON mode (CloudEvents specification 1.0.2, JSON event
/// format 1.0.2). Property names are written in snake_case, like everywhere else in the API.
internal struct NotificationBody: Encodable {
    let specversion = "1.0"
    let id: String
    let source: String
    let type: String
    let subject: String?
    let time: String
    let datacontenttype = "application/json"
    var data: Content

    /// The event's `data`. What a kind does not carry is left out.
    struct Content: Encodable {
        var contact: Contact?
        var account: Account?
        var owner: Owner?
        var score: Score?
        var stage: String?
        var grade: String?
        var awaitsConfirmation: Bool?
        var detail: String?
        /// Who gave the answer, for answers.
        var author: String?
        /// What a daily digest says.
        var alerts: [Alert]?
        var notice: Notice?
        var shareClaimed: Double?
        var shareUnconfirmed: Double?
        var counts: Counts?
        var entries: [Entry]?
        var timeline: [TimelineItem]?
        var links: [String: String]?
    }

    /// An alert of a daily digest.
    struct Alert: Encodable {
        var rule: String
        var date: String
        var contact: AlertContact
        var account: String?
        var owner: Owner?
        var score: Double
        var stage: String
        var grade: String
        var link: String
    }

    struct AlertContact: Encodable {
        var id: String
        var firstName: String
        var lastName: String
        var email: String
    }

    /// What an operator's notice is about, for programs; `detail` says it in words.
    struct Notice: Encodable {
        var condition: String
        var subject: String?
        /// begun or over.
        var state: String
        var since: String
    }

    struct Contact: Encodable {
        var id: String
        var firstName: String
        var lastName: String
        var email: String
        var phone: String
        var language: String
        var status: String
        var role: String
        var isClaimed: Bool
        var keys: [Key]
    }

    struct Key: Encodable {
        var kind: String
        var value: String
    }

    struct Account: Encodable {
        var id: String
        var key: String
        var name: String
        var domain: String
    }

    struct Owner: Encodable {
        var key: String
        var name: String
    }

    struct Score: Encodable {
        var total: Double
        var asOf: String
        var groups: [String: Double]
        var topics: [String: Double]
    }

    struct Counts: Encodable {
        var firstSeen: String?
        var lastSeen: String?
        var visits: UInt32
        var pageViews: UInt32
        var clicks: UInt32
        var quoteViews: UInt32
    }

    struct Entry: Encodable {
        var date: String
        var rule: String
        var origin: String
        var group: String
        var topic: String?
        var points: Double
        var granted: Double
        var url: String?
        var title: String?
        var name: String?
        var verdict: String
        var trust: String
    }

    struct TimelineItem: Encodable {
        var date: String
        var kind: String
        var url: String?
        var title: String?
        var name: String?
        var referrer: String?
        var campaign: String?
        var count: UInt32
        var engagedSeconds: UInt32
        var scrollPercent: UInt8
        var verdict: String
        var isFromBefore: Bool
    }

    /// The JSON, at most ``Limits/deliveryBodyBytes``: a lead that is larger shows fewer entries and timeline rows.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        var body = self
        while true {
            let bytes = try encoder.encode(body)
            let shown = (body.data.entries?.count ?? 0) + (body.data.timeline?.count ?? 0)
            if bytes.count <= Limits.deliveryBodyBytes || shown == 0 { return String(decoding: bytes, as: UTF8.self) }
            body.data.entries = body.data.entries.map { Array($0.prefix($0.count / 2)) }
            body.data.timeline = body.data.timeline.map { Array($0.prefix($0.count / 2)) }
        }
    }
}
