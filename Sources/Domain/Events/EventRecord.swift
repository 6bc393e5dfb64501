/// One accepted event as it lies in the log: resolved, classified, normalised. What the fold reads.
///
/// Texts are ranges into the record's payload (or, before encoding, into the scratch buffer).
package struct EventRecord: Sendable {
    /// What happened.
    package var kind: EventKind = .pageView
    /// What is known about who acted.
    package var verdict: Verdict = .likely
    /// Why it is kept out of scores, if it is.
    package var filter: FilterReason = .none
    /// What held for the visitor.
    package var consent: ConsentChoice = .undecided
    /// The site; 0 for a mail open without one.
    package var site = SiteID(0)
    /// The visitor, when one may be kept.
    package var visitor: VisitorID?
    /// Whether the visitor's cookie came back with the request.
    package var cookieReturned = false
    /// Whether audience figures count it (see ``WireEvent/isUpgrade``).
    package var isUpgrade = false
    /// The contact a verified token names, or whose claim this is.
    package var contact: ContactID?
    /// How far ``contact`` is to be trusted.
    package var trust: LinkTrust = .token
    /// The message of a mail event; 0 if none.
    package var message: UInt32 = 0
    /// The tracked link of a click, 0 if none.
    package var link: UInt32 = 0
    /// The quote of a quote view, 0 if none.
    package var quote: UInt32 = 0
    /// The click issued (email click) or handed over (anything later); 0 if none.
    package var click: UInt64 = 0
    /// Hash of the page load's nonce; 0 if none.
    package var nonce: UInt64 = 0
    /// Counter within the page load.
    package var counter: UInt16 = 0
    /// How long before its arrival it happened, in seconds; at most ``Limits/lateness``.
    package var latenessSeconds: UInt32 = 0
    /// The page.
    package var page = PageKey.none
    /// Visible time.
    package var engagedMilliseconds: UInt32 = 0
    /// Scroll depth in percent.
    package var scrollPercent: UInt8 = 0
    /// Keyed hash of the client's network (IPv4 /24, IPv6 /48); 0 if unknown.
    package var network: UInt32 = 0
    /// Keyed hash of the user agent; 0 if none.
    package var agent: UInt32 = 0
    /// The version of the lists the classification used.
    package var listVersion: UInt16 = 0
    /// `host[:port]/path[?query]`.
    package var url: TextRange = .empty
    /// The path within ``url``.
    package var path: TextRange = .empty
    /// Title of the page.
    package var title: TextRange = .empty
    /// Where the visitor came from, if from elsewhere.
    package var referrer: TextRange = .empty
    /// utm_source.
    package var campaignSource: TextRange = .empty
    /// utm_medium.
    package var campaignMedium: TextRange = .empty
    /// utm_campaign.
    package var campaignName: TextRange = .empty
    /// utm_content.
    package var campaignContent: TextRange = .empty
    /// utm_term.
    package var campaignTerm: TextRange = .empty
    /// Name of the parameter with which an advertiser handed over a click id, such as `gclid`: which network, not
    /// which click.
    package var clickIDName: TextRange = .empty
    /// Name of the event, form or file.
    package var name: TextRange = .empty
    /// Where a download or outbound link points.
    package var target: TextRange = .empty
    /// The mapped fields of a form, as in ``WireEvent/fields``.
    package var fields: TextRange = .empty

    /// A record with nothing set.
    package init() {}
}

/// How a visitor or an event came to be tied to a contact.
package enum LinkTrust: UInt8, Sendable, CaseIterable {
    /// A signed token.
    case token = 1
    /// A form's claim: limited in what it can cause.
    case claim = 2
    /// A token that was used from a second browser and network: limited like a claim, and not merged.
    case forwarded = 3
    /// An authenticated call.
    case authenticated = 4

    /// The name in the API.
    package var name: String {
        switch self {
        case .token: "token"
        case .claim: "claim"
        case .forwarded: "forwarded"
        case .authenticated: "authenticated"
        }
    }

    /// Whether points under it count at most the model's `claimed_max` towards a stage.
    package var isLimited: Bool { self == .claim || self == .forwarded }
}
