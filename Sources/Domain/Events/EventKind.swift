/// What happened.
///
/// The first five come from the page script or the pixel; the rest only from their signed addresses or the API.
package enum EventKind: UInt8, Sendable, CaseIterable {
    /// A page was shown.
    case pageView = 1
    /// How long it was visible and how far it was scrolled, sent when it is left.
    case engagement = 2
    /// A file was downloaded, or an outbound link followed.
    case download = 3
    /// A form was sent.
    case formSubmit = 4
    /// Something the site named itself.
    case custom = 5
    /// A mail's pixel was fetched.
    case emailOpen = 16
    /// A tracked link was followed.
    case emailClick = 17
    /// A quote's page reported a view.
    case quoteView = 18
    /// A landing page confirmed the click that led to it, and nothing else.
    case clickConfirmation = 19
    /// The person replied (from the API).
    case reply = 20

    /// The name in the wire format, the model and the API.
    package var name: String {
        switch self {
        case .pageView: "page_view"
        case .engagement: "engagement"
        case .download: "download"
        case .formSubmit: "form_submit"
        case .custom: "custom"
        case .emailOpen: "email_open"
        case .emailClick: "email_click"
        case .quoteView: "quote_view"
        case .clickConfirmation: "click_confirmation"
        case .reply: "reply"
        }
    }

    /// The kind of a name, if there is one.
    package init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// Whether the public `POST /e` and `/p.gif` may carry it.
    package var isPublic: Bool { self.rawValue < 16 }
}

/// What the visitor chose on the banner, as far as the page or a signal says.
package enum ConsentChoice: UInt8, Sendable, CaseIterable {
    /// Nothing yet.
    case undecided = 0
    /// Accepted.
    case granted = 1
    /// Refused: by the banner, DNT, GPC or the opt-out.
    case denied = 2

    /// The name in the wire format.
    package var name: String {
        switch self {
        case .undecided: "undecided"
        case .granted: "granted"
        case .denied: "denied"
        }
    }
}

/// What is known about who acted.
package enum Verdict: UInt8, Sendable, CaseIterable {
    /// A fetch that a machine could have made.
    case likely = 0
    /// The act of a person: page script, form, quote page, reply, API.
    case confirmed = 1
    /// A machine's.
    case machine = 2

    /// The name in the ledger and the API.
    package var name: String {
        switch self {
        case .likely: "likely"
        case .confirmed: "confirmed"
        case .machine: "machine"
        }
    }
}

/// Why an accepted event was kept out of scores. `none` for those that were not.
package enum FilterReason: UInt8, Sendable, CaseIterable {
    case none = 0
    /// A prefetch or prerender header.
    case prefetch = 1
    /// The user agent of a known robot.
    case bot = 2
    /// From one of the site's own networks.
    case internalNetwork = 3
    /// A path the site excludes.
    case excludedPath = 4
    /// HEAD, or a fetch a browser does not make for this.
    case machineFetch = 5
    /// The event was already counted under the same id.
    case duplicate = 6
    /// The contact or visitor is not known (any more).
    case unknownProfile = 7
    /// The contact objects to being tracked.
    case objected = 8

    /// The tag in counters and the API.
    package var tag: String {
        switch self {
        case .none: "none"
        case .prefetch: "prefetch"
        case .bot: "bot"
        case .internalNetwork: "internal"
        case .excludedPath: "excluded_path"
        case .machineFetch: "machine_fetch"
        case .duplicate: "duplicate"
        case .unknownProfile: "unknown_profile"
        case .objected: "objected"
        }
    }
}
