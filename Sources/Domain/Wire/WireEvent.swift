/// One event as a client sent it, decoded and normalised but not yet resolved against the directory.
///
/// Its texts lie in the scratch buffer of the decoder that made it (see ``TextRange``). Names in quotation marks
/// are the keys of the JSON object and of the pixel's query alike.
package struct WireEvent: Sendable {
    /// "type": what happened. Required; only public kinds.
    package var kind: EventKind = .pageView
    /// "site": the site's key. Required.
    package var site: TextRange = .empty
    /// "url": the page's address, normalised to `host[:port]/path[?query]` without fragment, scheme, tracking
    /// parameters. Required.
    package var url: TextRange = .empty
    /// The part of ``url`` from its first `/` up to `?` or the end: what page patterns match.
    package var path: TextRange = .empty
    /// Whether the address was `https`.
    package var isSecure = false
    /// "id": `<nonce>.<counter>`; the nonce as a 64-bit hash of its text, 0 if absent.
    package var nonce: UInt64 = 0
    /// The counter of "id".
    package var counter: UInt16 = 0
    /// "time": the client's time of the event in milliseconds since 1970, 0 if absent.
    package var clientMilliseconds: Int64 = 0
    /// "sent": the client's time of sending in milliseconds since 1970, 0 if absent. Lateness is sent − time, which
    /// needs no right clock.
    package var sentMilliseconds: Int64 = 0
    /// "title".
    package var title: TextRange = .empty
    /// "referrer": normalised like ``url``; empty when it is the page's own host.
    package var referrer: TextRange = .empty
    /// "campaign_source", or else the parameter `utm_source` of "url".
    package var campaignSource: TextRange = .empty
    /// "campaign_medium", or else the parameter `utm_medium` of "url".
    package var campaignMedium: TextRange = .empty
    /// "campaign_name", or else the parameter `utm_campaign` of "url".
    package var campaignName: TextRange = .empty
    /// "campaign_content", or else the parameter `utm_content` of "url".
    package var campaignContent: TextRange = .empty
    /// "campaign_term", or else the parameter `utm_term` of "url".
    package var campaignTerm: TextRange = .empty
    /// Which advertiser's click id the url carried ("gclid", "fbclid", "msclkid", …): its name only.
    package var clickIDName: TextRange = .empty
    /// "click", or else the parameter `vdg` of "url": the token of the tracked link that led here, as handed over by
    /// the redirect; verified later.
    package var click: TextRange = .empty
    /// "consent": what the page says was chosen.
    package var consent: ConsentChoice = .undecided
    /// "upgrade": the same page view again, now that a choice was made; audience figures count it once.
    package var isUpgrade = false
    /// "engaged": visible milliseconds.
    package var engagedMilliseconds: UInt32 = 0
    /// "scroll": depth in percent, 0…100.
    package var scrollPercent: UInt8 = 0
    /// "name": of a custom event, form or file.
    package var name: TextRange = .empty
    /// "target": the address of a download or outbound link, normalised like ``url``.
    package var target: TextRange = .empty
    /// "fields": the mapped fields of a form, as counted key and value pairs (see ``FormFields``).
    package var fields: TextRange = .empty

    /// An event with nothing set.
    package init() {}
}
