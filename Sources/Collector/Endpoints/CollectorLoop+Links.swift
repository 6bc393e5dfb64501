import Domain
import ScoreStore

extension CollectorLoop {
    // MARK: Clicks

    /// `GET /c/{link}/{token}`: redirects whoever has a right token to the link's destination, whatever else happens,
    /// and records the click when the contact's basis allows. No cookie is set. A forged token and an unknown link get
    /// the same page, so that nobody can look up where links lead.
    func takeClick(_ request: Request, peer: NetworkAddress?, link number: UInt32, token: TextRange) -> Reply {
        // Read first, so that a forged token takes as long as a right one.
        let payload = Token.decode(request.bytes(at: token), signer: self.collector.signer)
        let link = self.rules.snapshot.links[number].flatMap { Destination.isSendable($0.url) ? $0 : nil }
        guard let payload, let link, Self.opens(payload, link) else {
            if payload == nil || link != nil { self.counters.count { $0.badTokens += 1 } }
            return Reply(.page(Pages.neutral(in: self.language(of: request)), status: .notFound))
        }
        let facts = RequestFacts(request, peer: peer, collector: self.collector, bots: &self.bots)
        guard self.waitForRoom(1, facts) == nil else { return self.passOver(Destination.redirect(to: link.url)) }
        var record = self.record(.emailClick, of: payload.contact, facts: facts)
        record.link = number
        record.message = payload.purpose == .message ? payload.object : link.message
        record.site = link.site
        record.click = self.newClick()
        if Self.isNoNavigation(request), record.filter == .none { record.filter = .machineFetch }
        record.verdict = record.filter == .none ? .likely : .machine
        let allowed = self.collector.directory.consents(of: payload.contact)?.allows(.emailClick) == true
        var url = link.url
        if allowed, facts.refusal == nil, link.site.rawValue != 0, payload.links(onDay: self.today) {
            url = self.handingOver(.click, record.click, of: payload.contact, object: number, to: url)
        }
        let answer = Destination.redirect(to: url)
        guard allowed else { return self.decline(answer) }
        return self.store(record, answer: answer, onFailure: nil) { ticket, lane in
            .commitBriefly(ticket: ticket, on: lane)
        }
    }

    private static func opens(_ payload: TokenPayload, _ link: LinkTarget) -> Bool {
        switch payload.purpose {
        case .contact: true
        case .message: link.message == 0 || link.message == payload.object
        case .quote, .preferences, .answer, .click, .quoteClick: false
        }
    }

    /// Whether a browser says that it fetches for anything but a page to show.
    private static func isNoNavigation(_ request: Request) -> Bool {
        request.head.has(.secFetchDest) && !Octets.equals(request.value(.secFetchDest), ignoringCase: "document")
    }

    /// A click's id. Never 0, which means none.
    private func newClick() -> UInt64 {
        let bits = self.collector.randomness.next()
        return bits == 0 ? 1 : bits
    }

    /// An address with the token that tells the landing page's beacon which click of whose led there.
    private func handingOver(
        _ purpose: TokenPayload.Purpose,
        _ click: UInt64,
        of contact: ContactID,
        object: UInt32,
        to url: String
    ) -> String {
        let payload = TokenPayload(
            purpose: purpose,
            issueDay: self.today,
            contact: contact,
            object: object,
            nonce: click
        )
        let token = Token.encode(payload, signer: self.collector.signer)
        return Destination.adding("\(TrackingParameters.handOverName)=\(token)", to: url)
    }

    // MARK: Opens

    /// `GET /o/{message}/{token}.gif`: the same image for everybody, at once. Recorded when the contact allows opens,
    /// or at least the day of the last one; in that case the record's consent is undecided, and it holds neither
    /// network nor user agent.
    func takeOpen(_ request: Request, peer: NetworkAddress?, message: UInt32, token: TextRange) -> Reply {
        let payload = Token.decode(request.bytes(at: token), signer: self.collector.signer)
        let answer = Answer.pixel
        guard let payload, payload.purpose == .contact || payload.purpose == .message && payload.object == message
        else {
            self.counters.count { $0.badTokens += 1 }
            return Reply(answer)
        }
        let facts = RequestFacts(request, peer: peer, collector: self.collector, bots: &self.bots)
        guard self.waitForRoom(1, facts) == nil else { return self.passOver(answer) }
        let consents = self.collector.directory.consents(of: payload.contact) ?? []
        var record = self.record(.emailOpen, of: payload.contact, facts: facts)
        record.message = message
        // Lists of robots take every mail client's image proxy for one; opens are judged by the fold.
        if record.filter == .bot { record.filter = .none }
        if consents.allows(.emailOpen) {
            record.consent = .granted
        } else if consents.contains(.lastOpenDay), !consents.contains(.objected) {
            record.network = 0
            record.agent = 0
        } else {
            return self.decline(answer)
        }
        return self.store(record, answer: answer, onFailure: nil) { _, _ in .none }
    }

    // MARK: Quotes

    /// `GET /q/{quote}/{token}`: our page about a quote. Showing it records nothing; its script reports the view.
    func showQuote(_ request: Request, peer: NetworkAddress?, quote number: UInt32, token: TextRange) -> Reply {
        let language = self.language(of: request)
        guard let (quote, payload) = self.quote(number, request, token: token) else {
            return Reply(.page(Pages.neutral(in: language), status: .notFound))
        }
        let facts = RequestFacts(request, peer: peer, collector: self.collector, bots: &self.bots)
        var url = Destination.isSendable(quote.url) ? quote.url : ""
        let allowed = self.collector.directory.consents(of: payload.contact)?.allows(.quoteView) == true
        if allowed, facts.refusal == nil, payload.links(onDay: self.today), self.rules.isOurs(url: url) {
            url = self.handingOver(.quoteClick, self.newClick(), of: payload.contact, object: number, to: url)
        }
        return Reply(.page(Pages.quote(title: quote.title, url: url, in: language)))
    }

    /// `POST /q/{quote}/{token}`: the page was looked at. The answer tells nobody whether it was recorded.
    func takeQuoteView(_ request: Request, peer: NetworkAddress?, quote number: UInt32, token: TextRange) -> Reply {
        guard let (_, payload) = self.quote(number, request, token: token) else { return Reply(.empty) }
        guard self.collector.directory.consents(of: payload.contact)?.allows(.quoteView) == true else {
            return self.decline(.empty)
        }
        let facts = RequestFacts(request, peer: peer, collector: self.collector, bots: &self.bots)
        guard self.waitForRoom(1, facts) == nil else { return self.passOver(.empty) }
        var record = self.record(.quoteView, of: payload.contact, facts: facts)
        record.quote = number
        record.verdict = record.filter == .none ? .confirmed : .machine
        return self.store(record, answer: .empty, onFailure: .unavailable) { ticket, lane in
            .commit(ticket: ticket, on: lane)
        }
    }

    private func quote(_ number: UInt32, _ request: Request, token: TextRange) -> (QuoteTarget, TokenPayload)? {
        let payload = Token.decode(request.bytes(at: token), signer: self.collector.signer)
        guard let payload, payload.purpose == .quote, payload.object == number else {
            self.counters.count { $0.badTokens += 1 }
            return nil
        }
        return self.rules.snapshot.quotes[number].map { ($0, payload) }
    }

    // MARK: Records of contacts

    private func record(_ kind: EventKind, of contact: ContactID, facts: RequestFacts) -> EventRecord {
        var record = EventRecord()
        record.kind = kind
        record.filter = facts.filter
        record.contact = contact
        record.trust = .token
        record.network = facts.network
        record.agent = facts.agent
        record.listVersion = BotList.version
        return record
    }

    /// Answers as ever and records nothing: the sender is too fast.
    private func passOver(_ answer: Answer) -> Reply {
        self.counters.count { counters in
            counters.received += 1
            counters.rejected[.tooFast, default: 0] += 1
        }
        return Reply(answer)
    }

    private func decline(_ answer: Answer) -> Reply {
        self.counters.count { counters in
            counters.received += 1
            counters.declined[.contactBasis, default: 0] += 1
        }
        return Reply(answer)
    }

    /// Appends a contact's record, which has no texts. Without an answer for failure, what is lost is counted.
    private func store(
        _ record: EventRecord,
        answer: Answer,
        onFailure: Answer?,
        wait: (UInt64, LogWriterRole) -> Reply.Wait
    ) -> Reply {
        guard let contact = record.contact else { return Reply(answer) }
        var frames = self.takeFrames()
        frames.bytes.removeAll(keepingCapacity: true)
        RecordFrame.append(to: &frames, kind: .event, slot: self.collector.slots.slot(of: contact)) {
            record.encode(to: &$0, text: UnsafeRawBufferPointer(start: nil, count: 0))
        }
        self.frames = frames
        let events = AcceptedEvents(
            count: 1,
            opens: record.kind == .emailOpen ? 1 : 0,
            clicks: record.kind == .emailClick ? 1 : 0
        )
        do {
            let ticket = try self.events.append(self.frames.bytes, records: 1, of: events)
            self.counters.count { counters in
                counters.received += 1
                counters.accepted += 1
            }
            return Reply(answer, wait: wait(ticket, .events), onFailure: onFailure)
        } catch {
            self.counters.refuse(events)
            return Reply(onFailure ?? answer)
        }
    }
}

/// Where redirects lead.
enum Destination {
    /// Whether an address can stand in a header: absolute http or https, and nothing but visible ASCII.
    static func isSendable(_ url: String) -> Bool {
        (url.hasPrefix("https://") || url.hasPrefix("http://")) && url.utf8.allSatisfy { 0x21...0x7e ~= $0 }
    }

    private static let redirect = Answer(
        status: .found,
        fields: Array("Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n".utf8)
    )

    /// Sends a browser there, keeping our address to itself.
    static func redirect(to url: String) -> Answer {
        var answer = Self.redirect
        answer.add("Location", url)
        return answer
    }

    /// An address with one more parameter in its query, in front of the fragment.
    static func adding(_ parameter: String, to url: String) -> String {
        let fragmentStart = url.utf8.firstIndex(of: UInt8(ascii: "#")) ?? url.endIndex
        let address = url[..<fragmentStart]
        let separator = address.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return address + separator + parameter + url[fragmentStart...]
    }
}
