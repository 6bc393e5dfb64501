/// What the query of an address said about the visit's origin, taken out of the address.
///
/// Ranges hold the parameters' raw values, still percent-encoded; the first of several wins.
package struct TrackingParameters: Equatable, Sendable {
    /// `utm_source`.
    package var source: TextRange = .empty
    /// `utm_medium`.
    package var medium: TextRange = .empty
    /// `utm_campaign`.
    package var name: TextRange = .empty
    /// `utm_content`.
    package var content: TextRange = .empty
    /// `utm_term`.
    package var term: TextRange = .empty
    /// The hand-over parameter of the redirect, ``handOverName``.
    package var click: TextRange = .empty
    /// The number in ``clickIDNames`` of the first advertiser's click id.
    package var clickID: Int?

    /// No parameters.
    package init() {}

    /// The parameters in which advertisers hand over their click ids.
    package static let clickIDNames: [StaticString] = [
        "gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "yclid", "ttclid", "twclid", "li_fat_id",
    ]

    /// The parameter in which the redirect hands a click's token to the landing page.
    package static let handOverName: StaticString = "vdg"

    /// Parameters that identify a mail's recipient or a visit and are taken out unread.
    static let discardedNames: [StaticString] = [
        "mc_eid", "mc_cid", "_hsenc", "_hsmi", "mkt_tok", "oly_anon_id", "oly_enc_id", "vero_id", "igshid", "__s",
    ]

    /// Takes note of a parameter if it is one that is taken out of addresses; false if it stays.
    ///
    /// `name` lies normalised and in lower case in `bytes`; `value` is kept as it is.
    mutating func take(_ name: TextRange, value: TextRange, in bytes: [UInt8]) -> Bool {
        if name.hasPrefix("utm_", in: bytes) {
            self.takeCampaign(name, value: value, in: bytes)
            return true
        }
        if name.equals(Self.handOverName, in: bytes) {
            if self.click.isEmpty { self.click = value }
            return true
        }
        if let index = Self.clickIDNames.firstIndex(where: { name.equals($0, in: bytes) }) {
            if self.clickID == nil { self.clickID = index }
            return true
        }
        return Self.discardedNames.contains { name.equals($0, in: bytes) }
    }

    private mutating func takeCampaign(_ name: TextRange, value: TextRange, in bytes: [UInt8]) {
        if name.equals("utm_source", in: bytes) {
            if self.source.isEmpty { self.source = value }
        } else if name.equals("utm_medium", in: bytes) {
            if self.medium.isEmpty { self.medium = value }
        } else if name.equals("utm_campaign", in: bytes) {
            if self.name.isEmpty { self.name = value }
        } else if name.equals("utm_content", in: bytes) {
            if self.content.isEmpty { self.content = value }
        } else if name.equals("utm_term", in: bytes), self.term.isEmpty {
            self.term = value
        }
    }
}
