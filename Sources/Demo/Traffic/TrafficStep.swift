package import Domain

/// What the service has to make of something that was sent, in its own words (promise 4).
package enum TrafficOutcome: Hashable, Sendable {
    case scored
    case counted
    case filtered(FilterReason)
    case rejected(Rejection)
    case declined(DeclineReason)
    /// No event at all, as for a forged token.
    case ignored

    /// The outcome as the report names it.
    package var name: String {
        switch self {
        case .scored: "scored"
        case .counted: "counted"
        case .filtered(let reason): "filtered \(reason.tag)"
        case .rejected(let reason): "rejected \(reason.tag)"
        case .declined(let reason): "declined \(reason.tag)"
        case .ignored: "no event"
        }
    }
}

/// One event of a page, without what only the run knows: salt, time and the token of a click.
package struct TrafficEvent: Equatable, Sendable {
    package var kind: EventKind
    /// The page.
    package var path: String
    /// The page load it belongs to, and which of its events it is.
    package var load: UInt64
    package var counter: Int
    package var consent = ConsentChoice.undecided
    package var isUpgrade = false
    package var engagedMilliseconds: Int?
    package var scrollPercent: Int?
    package var name: String?
    package var target: String?
    package var email: String?
    /// Whether the click id of the redirect that led here goes with it.
    package var carriesClick = false

    init(_ kind: EventKind, _ path: String, load: UInt64, counter: Int, _ consent: ConsentChoice = .undecided) {
        self.kind = kind
        self.path = path
        self.load = load
        self.counter = counter
        self.consent = consent
    }
}

/// One act of a journey, with what has to become of each event in it.
package struct TrafficStep: Equatable, Sendable {
    /// What is done.
    package enum Act: Equatable, Sendable {
        /// `POST /e` with an array of events.
        case events([TrafficEvent])
        /// `POST /e` with a body as it stands.
        case body(String)
        /// `POST /e` from a page of somebody else.
        case foreignOrigin(TrafficEvent)
        /// `GET /p.gif`.
        case pixel(TrafficEvent)
        /// `GET /c/…` of one of the run's links. The answer's click id is kept for the landing page.
        case click(link: Int)
        /// `HEAD /c/…`, as mail gateways do.
        case probe(link: Int)
        /// `GET /c/…` with a token nobody signed.
        case forgedClick(link: Int)
        /// `GET /c/…` of all the run's links at once, with the user agent of a browser.
        case burst
        /// `GET /o/…`.
        case open
        /// `GET` and `POST /q/…`.
        case quote
        /// `POST /optout`.
        case optOut
    }

    /// What it is, in the report.
    package var label: String
    package var act: Act
    /// One per event, in any order.
    package var outcomes: [TrafficOutcome]
    /// What comes out of the store beside them: the confirmation a landing page's beacon leaves for its click.
    package var confirmations = 0
    /// Headers beside the browser's own.
    package var headers: [TrafficHeader] = []

    init(_ label: String, _ act: Act, _ outcomes: [TrafficOutcome], headers: [TrafficHeader] = []) {
        self.label = label
        self.act = act
        self.outcomes = outcomes
        self.headers = headers
    }
}

/// A header that says something about the sender's will or purpose.
package enum TrafficHeader: String, Sendable {
    case doNotTrack = "DNT"
    case globalPrivacyControl = "Sec-GPC"
    case prefetch = "Sec-Purpose"

    /// Its value.
    var value: String { self == .prefetch ? "prefetch" : "1" }
}

/// What one browser, robot or mail gateway does, one act after the other.
package struct TrafficJourney: Equatable, Sendable {
    /// Minute of the day it begins.
    package var minute: Int
    /// Its User-Agent.
    package var agent: String
    /// The contact it acts for; nil for strangers.
    package var contact: Int?
    package var steps: [TrafficStep]
}

/// A contact the traffic acts for.
package struct TrafficContact: Equatable, Sendable {
    package var email: String
    package var firstName: String
    package var lastName: String
    package var company: String
    package var employees: Int
    /// Whether clicks may be tied to them.
    package var allowsClicks = true
    /// Whether opens may be recorded.
    package var allowsOpens = false
}
