package import Domain
package import ScoreStore

/// The public port: takes what browsers and mail clients send, and answers when it is on disk.
///
/// - Purpose: receive, classify from the ``Directory`` alone, append to the log, acknowledge after the commit. No
///   profile is read and nothing is resolved here; the fold does that from the record.
/// - One ``CollectorLoop`` per event loop: its own way into the log, its own buffers and counters. Loops share only
///   this object, which does not change.
/// - Requests: the hot paths go through the collector's own strict codec (``RequestParser``); everything else,
///   with all unread bytes, goes to NIOHTTP1, which stays the judge of what is HTTP.
/// - Failure: while the log refuses, events get 503 and are sent again by the snippet; redirects redirect, and the
///   mail pixel answers as ever.
package final class Collector: Sendable {
    /// What the port is told at the start.
    package struct Settings: Sendable {
        /// In front of every path, such as `/x`; empty for none.
        package var pathPrefix = ""
        /// The cookies.
        package var cookie = CookieSettings()
        /// Networks of proxies whose word on the client's address counts, as CIDR.
        package var trustedProxies: [String] = []
        /// The header in which they tell it.
        package var proxyHeader = ProxyHeader.forwardedFor
        /// Events a second that one client may send in the long run, on each event loop; 0 for no limit.
        package var eventsPerSecond = 50
        /// Events that one client may send at once after a pause.
        package var eventBurst = 2_000
        /// The tracker.
        package var trackerScript: [UInt8] = []
        /// The form adapters.
        package var formsScript: [UInt8] = []

        /// The defaults.
        package init() {}
    }

    /// The settings.
    package let settings: Settings
    let directory: Directory
    let stream: any EventStream
    let signer: any TokenSigner
    let clock: any Clock
    let randomness: any Randomness
    let routes: Routes
    let trustedProxies: [Network]
    let cookieNames: CookieNames
    let slotKey: SipKey
    let slots: SlotMap
    let tracker: ScriptFile
    let forms: ScriptFile

    /// A collector that appends to `stream` and knows what `directory` knows.
    package init(
        settings: Settings,
        directory: Directory,
        stream: any EventStream,
        signer: any TokenSigner,
        clock: any Clock,
        randomness: any Randomness
    ) {
        self.settings = settings
        self.directory = directory
        self.stream = stream
        self.signer = signer
        self.clock = clock
        self.randomness = randomness
        self.routes = Routes(prefix: settings.pathPrefix)
        self.trustedProxies = settings.trustedProxies.compactMap { Network($0) }
        self.cookieNames = CookieNames(settings.cookie)
        self.slotKey = stream.slotKey
        self.slots = SlotMap(key: stream.slotKey)
        self.tracker = ScriptFile(settings.trackerScript)
        self.forms = ScriptFile(settings.formsScript)
    }

    /// The tracker's hash, as it stands in `/t.<hash>.js`.
    package var trackerHash: String { self.tracker.hash }
}
