import Domain
import ScoreStore

/// What becomes of one event of a request.
enum Fate: Equatable {
    case accepted
    case rejected(Rejection)
    case declined(DeclineReason)
}

/// One request's events on their way into the log: decides on each and writes the records of those that may be kept.
struct Intake {
    /// How much of an event may be kept.
    private enum Shape {
        /// All of it, in the visitor's slot.
        case full
        /// Audience figures, without anything that tells one person from another.
        case audience
    }

    let loop: CollectorLoop
    let rules: DirectoryRules
    let facts: RequestFacts
    let now: Timestamp
    let today: UInt16
    /// Whether a page script sent it, rather than an image.
    let verdict: Verdict
    /// The framed records.
    var frames: ByteWriter
    /// How many frames.
    private(set) var records = 0
    /// The visitor to whom a cookie is to be given.
    private(set) var newVisitor: VisitorID?
    /// The visitor whose cookie is to be taken back.
    private(set) var erasedVisitor: VisitorID?

    init(loop: CollectorLoop, facts: RequestFacts, verdict: Verdict, frames: ByteWriter) {
        self.loop = loop
        self.rules = loop.rules
        self.facts = facts
        self.now = loop.now
        self.today = loop.today
        self.verdict = verdict
        self.frames = frames
        self.frames.bytes.removeAll(keepingCapacity: true)
    }

    /// Decides on an event whose texts lie in `text`, and writes what is kept of it. `origin` is the request's
    /// Origin, nil without one.
    mutating func take(
        _ event: WireEvent,
        text: UnsafeRawBufferPointer,
        origin: UnsafeRawBufferPointer?
    ) -> Fate {
        guard let site = self.rules.site(UnsafeRawBufferPointer(rebasing: text[event.site.bounds])) else {
            return .rejected(.unknownSite)
        }
        if let origin, !site.allows(origin: origin) { return .rejected(.foreignOrigin) }
        let page = PageAddress(normalised: event.url, in: text)
        guard site.covers(host: UnsafeRawBufferPointer(rebasing: text[page.host.bounds])) else {
            return .rejected(.foreignHost)
        }
        if event.consent == .denied { self.withdraw() }
        let claim = event.kind == .formSubmit ? self.claim(in: event, text: text) : nil
        let refusal = self.facts.refusal ?? (event.consent == .denied ? .refused : nil)
        if let refusal, claim == nil || site.mode == .none { return .declined(refusal) }
        let shape = refusal == nil ? Self.shape(of: event, on: site) : .audience
        guard let shape else { return .declined(.siteMode) }
        if site.excludes(path: UnsafeRawBufferPointer(rebasing: text[event.path.bounds])) {
            self.writeExcluded(event, page: page, site: site, text: text)
            return .accepted
        }
        if claim != nil, !self.admitsClaim() { return .rejected(.tooManyClaims) }
        var record = self.record(of: event, page: page, site: site, text: text)
        // Without a claim nobody reads what a form said, and no erasure would know whose it is.
        if claim != nil { record.fields = event.fields }
        if refusal != nil, let claim {
            record.consent = .denied
            self.writeClaim(claim, record, text: text)
            return .accepted
        }
        switch shape {
        case .full: self.writeFull(&record, event: event, claim: claim, text: text)
        case .audience:
            if let claim {
                self.writeClaim(claim, record, text: text)
            } else {
                self.write(record, to: self.loop.collector.slots.slot(of: record.page), text: text)
            }
            self.confirmClick(event, record, text: text)
        }
        return .accepted
    }

    private static func shape(of event: WireEvent, on site: SiteRules) -> Shape? {
        let allowed =
            event.consent == .granted ? site.mode.rawValue : min(site.mode.rawValue, site.beforeChoice.rawValue)
        switch Site.Mode(rawValue: allowed) {
        case .full: return .full
        case .exempt: return .audience
        case .some(.none), nil: return nil
        }
    }

    // MARK: Records

    /// What every shape keeps: the page without its query, and what happened on it.
    private func record(
        of event: WireEvent,
        page: PageAddress,
        site: SiteRules,
        text: UnsafeRawBufferPointer
    ) -> EventRecord {
        var record = EventRecord()
        record.kind = event.kind
        record.verdict = self.verdict
        record.consent = event.consent
        record.filter = self.facts.filter
        if record.filter == .none, site.isInternal(self.facts.address) { record.filter = .internalNetwork }
        record.site = site.id
        record.isUpgrade = event.isUpgrade
        record.latenessSeconds = Self.lateness(of: event)
        record.page = self.pageKey(of: page, text: text)
        record.engagedMilliseconds = event.engagedMilliseconds
        record.scrollPercent = event.scrollPercent
        record.listVersion = BotList.version
        record.url = page.key
        record.path = event.path
        record.title = event.title
        record.name = event.name
        record.target = Self.withoutQuery(event.target, in: text)
        return record
    }

    /// Sent − happened by the client's own clock, which need not be right.
    private static func lateness(of event: WireEvent) -> UInt32 {
        guard event.clientMilliseconds > 0, event.sentMilliseconds > event.clientMilliseconds else { return 0 }
        let (difference, overflow) = event.sentMilliseconds.subtractingReportingOverflow(event.clientMilliseconds)
        let longest = Limits.lateness.microseconds / 1_000_000
        return UInt32(overflow ? longest : min(difference / 1_000, longest))
    }

    private mutating func writeFull(
        _ record: inout EventRecord,
        event: WireEvent,
        claim: ContactID?,
        text: UnsafeRawBufferPointer
    ) {
        let visitor = self.visitor(of: event)
        record.visitor = visitor
        record.cookieReturned = self.facts.visitor != nil
        record.nonce = event.nonce
        record.counter = event.counter
        record.network = self.facts.network
        record.agent = self.facts.agent
        record.url = event.url
        record.referrer = event.referrer
        record.campaignSource = event.campaignSource
        record.campaignMedium = event.campaignMedium
        record.campaignName = event.campaignName
        record.campaignContent = event.campaignContent
        record.campaignTerm = event.campaignTerm
        record.clickIDName = event.clickIDName
        record.target = event.target
        if let click = self.click(of: event, text: text) {
            record.contact = click.contact
            self.note(click, in: &record)
            record.trust = .token
            record.fields = .empty
        } else if let claim {
            record.contact = claim
            record.trust = .claim
        }
        self.write(record, to: self.loop.collector.slots.slot(of: visitor), text: text)
    }

    /// Of an excluded path, nothing but that something happened there.
    private mutating func writeExcluded(
        _ event: WireEvent,
        page: PageAddress,
        site: SiteRules,
        text: UnsafeRawBufferPointer
    ) {
        var record = EventRecord()
        record.kind = event.kind
        record.site = site.id
        record.filter = .excludedPath
        self.write(record, to: self.loop.collector.slots.slot(of: self.pageKey(of: page, text: text)), text: text)
    }

    private func pageKey(of page: PageAddress, text: UnsafeRawBufferPointer) -> PageKey {
        self.loop.collector.slots.pageKey(of: UnsafeRawBufferPointer(rebasing: text[page.key.bounds]))
    }

    private static func withoutQuery(_ address: TextRange, in text: UnsafeRawBufferPointer) -> TextRange {
        let end = text[address.bounds].firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        return end.map { TextRange(start: Int(address.start), count: $0 - Int(address.start)) } ?? address
    }

    /// A form's claim and its event, and nothing that leads to the visitor.
    private mutating func writeClaim(_ claim: ContactID, _ record: EventRecord, text: UnsafeRawBufferPointer) {
        var record = record
        record.contact = claim
        record.trust = .claim
        self.write(record, to: self.loop.collector.slots.slot(of: claim), text: text)
    }

    /// The one bit a landing page leaves before a choice: that a person followed the click.
    private mutating func confirmClick(_ event: WireEvent, _ page: EventRecord, text: UnsafeRawBufferPointer) {
        guard page.verdict == .confirmed, page.filter == .none, let click = self.click(of: event, text: text) else {
            return
        }
        var record = EventRecord()
        record.kind = .clickConfirmation
        record.verdict = .confirmed
        record.contact = click.contact
        self.note(click, in: &record)
        record.listVersion = BotList.version
        self.write(record, to: self.loop.collector.slots.slot(of: click.contact), text: text)
    }

    private mutating func write(_ record: EventRecord, to slot: Slot, text: UnsafeRawBufferPointer) {
        RecordFrame.append(to: &self.frames, kind: .event, slot: slot) { record.encode(to: &$0, text: text) }
        self.records += 1
    }

    // MARK: Who

    /// The cookie's visitor, or the one this page load leads to, however often its beacon is sent.
    private mutating func visitor(of event: WireEvent) -> VisitorID {
        if let visitor = self.facts.visitor ?? self.newVisitor { return visitor }
        let key = self.loop.collector.slotKey
        let visitor =
            event.nonce == 0
            ? VisitorID(high: self.loop.collector.randomness.next(), low: self.loop.collector.randomness.next())
            : VisitorID(
                high: SipHash.hash(event.nonce, 0x7669_7369_746f_7231, key: key),
                low: SipHash.hash(event.nonce, 0x7669_7369_746f_7232, key: key)
            )
        self.newVisitor = visitor
        return visitor
    }

    /// The banner was refused: what was kept under acceptance goes, and so does the cookie.
    private mutating func withdraw() {
        guard let visitor = self.facts.visitor, self.erasedVisitor == nil else { return }
        self.erasedVisitor = visitor
        RecordFrame.append(to: &self.frames, kind: .erasure, slot: self.loop.collector.slots.slot(of: visitor)) {
            ErasureRecord.visitor(visitor).encode(to: &$0)
        }
        self.records += 1
    }

    /// The click that led to the page, if its token is right, still young, and its contact's basis allows.
    private func click(of event: WireEvent, text: UnsafeRawBufferPointer) -> TokenPayload? {
        guard !event.click.isEmpty,
            let payload = Token.decode(
                UnsafeRawBufferPointer(rebasing: text[event.click.bounds]),
                signer: self.loop.collector.signer
            ),
            payload.purpose == .click || payload.purpose == .quoteClick, payload.links(onDay: self.today),
            self.loop.collector.directory.consents(of: payload.contact)?.allows(.clickConfirmation) == true
        else { return nil }
        return payload
    }

    /// Which click led here, and of what: the fold knows by it when a second browser brings the same token.
    private func note(_ click: TokenPayload, in record: inout EventRecord) {
        record.click = click.nonce
        if click.purpose == .quoteClick {
            record.quote = click.object
        } else {
            record.link = click.object
            record.message = self.rules.snapshot.links[click.object]?.message ?? 0
        }
    }

    /// Counts a claim of this request's visitor and network.
    private func admitsClaim() -> Bool {
        self.loop.claims.admits(
            network: self.facts.network,
            visitor: self.facts.visitor ?? self.newVisitor,
            at: self.now
        )
    }

    /// Whom a form claims to be from: the contact of the address in its "email" field.
    private func claim(in event: WireEvent, text: UnsafeRawBufferPointer) -> ContactID? {
        guard let value = FormFields(event.fields, in: text).value(for: "email"),
            let address = EmailAddress(value.string(in: text))
        else { return nil }
        return ExternalKey(.email, address.text).contactID(key: self.loop.collector.slotKey)
    }
}
