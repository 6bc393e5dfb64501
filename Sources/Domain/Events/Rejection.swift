/// Why an event was not accepted: the closed set, each with its tag, text and status.
package enum Rejection: Error, Equatable, Sendable, CaseIterable {
    /// The body is not JSON.
    case malformedJSON
    /// The body is neither an object nor an array of objects.
    case notAnEvent
    /// Nested too deep.
    case tooDeep
    /// More events than one request may carry.
    case tooManyEvents
    /// The body is too large.
    case tooLarge
    /// "type" is missing or not one of the public kinds.
    case unknownType
    /// "site" is missing or not a known site's key.
    case unknownSite
    /// "url" is missing or not an http(s) address.
    case invalidURL
    /// "url" is longer than an address may be.
    case urlTooLong
    /// The url's host is not one of the site's.
    case foreignHost
    /// The request's Origin is not one of the site's.
    case foreignOrigin
    /// A custom event or form without "name".
    case missingName
    /// A download without "target".
    case missingTarget
    /// A form whose visitor or network has made too many claims within the hour.
    case tooManyClaims
    /// An event that can only come once (a pixel, a click, an open) of a client that sends too fast.
    case tooFast

    /// The tag in counters and answers.
    package var tag: String {
        switch self {
        case .malformedJSON: "malformed_json"
        case .notAnEvent: "not_an_event"
        case .tooDeep: "too_deep"
        case .tooManyEvents: "too_many_events"
        case .tooLarge: "too_large"
        case .unknownType: "unknown_type"
        case .unknownSite: "unknown_site"
        case .invalidURL: "invalid_url"
        case .urlTooLong: "url_too_long"
        case .foreignHost: "foreign_host"
        case .foreignOrigin: "foreign_origin"
        case .missingName: "missing_name"
        case .missingTarget: "missing_target"
        case .tooManyClaims: "too_many_claims"
        case .tooFast: "rate_limited"
        }
    }

    /// The field at fault; empty for the body as a whole.
    package var field: String {
        switch self {
        case .malformedJSON, .notAnEvent, .tooDeep, .tooManyEvents, .tooLarge, .foreignOrigin, .tooFast: ""
        case .unknownType: "type"
        case .unknownSite: "site"
        case .invalidURL, .urlTooLong, .foreignHost: "url"
        case .missingName: "name"
        case .missingTarget: "target"
        case .tooManyClaims: "fields"
        }
    }

    /// What was expected and how to mend it, for the developer who embeds the snippet.
    package var expectation: String {
        switch self {
        case .malformedJSON: "the body must be one JSON object or an array of them"
        case .notAnEvent: "each event must be a JSON object"
        case .tooDeep: "events nest at most \(Limits.jsonDepth) levels deep"
        case .tooManyEvents: "send at most \(Limits.eventsPerRequest) events in one request"
        case .tooLarge: "the body must be at most \(Limits.eventBodyBytes) bytes"
        case .unknownType: "one of page_view, engagement, download, form_submit, custom"
        case .unknownSite: "the key of a site; `vendange sites list` shows them"
        case .invalidURL: "an absolute http or https address"
        case .urlTooLong: "an address of at most \(Limits.urlBytes) bytes"
        case .foreignHost: "an address on one of the site's hostnames; add it with `vendange sites update`"
        case .foreignOrigin: "a request from one of the site's origins; add it with `vendange sites update`"
        case .missingName: "custom events and forms need a name"
        case .missingTarget: "downloads need a target, an absolute http or https address"
        case .tooFast: "fewer events in a second from one address"
        case .tooManyClaims: "fewer forms with an e-mail address in an hour; send it again later"
        }
    }

    /// The HTTP status when a whole request is rejected for it.
    package var status: Int {
        switch self {
        case .malformedJSON, .notAnEvent, .tooDeep, .unknownType, .unknownSite, .invalidURL, .urlTooLong, .foreignHost,
            .missingName, .missingTarget:
            400
        case .foreignOrigin: 403
        case .tooManyEvents, .tooLarge: 413
        case .tooManyClaims, .tooFast: 429
        }
    }
}

/// Why an event that was well-formed was not stored: the person's choice. Counted, nothing stored.
package enum DeclineReason: UInt8, Sendable, CaseIterable {
    /// Refused on the banner.
    case refused = 0
    /// The DNT header.
    case doNotTrack = 1
    /// The Sec-GPC header.
    case globalPrivacyControl = 2
    /// The opt-out cookie.
    case optOut = 3
    /// The site's mode is `none`.
    case siteMode = 4
    /// The contact's basis does not allow it.
    case contactBasis = 5

    /// The tag in counters.
    package var tag: String {
        switch self {
        case .refused: "refused"
        case .doNotTrack: "dnt"
        case .globalPrivacyControl: "gpc"
        case .optOut: "opt_out"
        case .siteMode: "site_mode"
        case .contactBasis: "contact_basis"
        }
    }
}
