import Domain
import TestSupport

@testable import Collector

/// Draws requests: people who accept, refuse and withdraw, mail clients, robots, and what is no event at all.
struct Browsers {
    let memory = BrowserMemory()
    private var count = 0
    private var pageLoads: [Int: (nonce: Int, counter: Int)] = [:]

    /// The next request; `now` dates tokens.
    mutating func next(at now: Timestamp, random: inout SeededRandom) -> SimulatedRequest {
        self.count += 1
        let browser = Int.random(in: 0..<6, using: &random)
        let cookie = self.memory.cookies[browser]
        switch Int.random(in: 0..<40, using: &random) {
        case 0..<18: return self.post(browser, cookie, events: 1, consent: "granted", random: &random)
        case 18..<21: return self.post(browser, cookie, events: 3, consent: "granted", random: &random)
        case 21..<24: return self.landing(browser, cookie, random: &random)
        case 24..<26:
            var request = self.post(browser, cookie, events: 1, consent: nil, random: &random)
            request.browser = nil
            return request
        case 26..<28: return self.post(browser, cookie, events: 1, consent: "denied", random: &random)
        case 28: return self.refused(browser, cookie, random: &random)
        case 29: return self.nonsense(browser)
        case 30: return self.request("POST", "/optout", browser: browser, cookie: cookie, body: "")
        case 31..<35: return self.click(at: now, random: &random)
        case 35..<37: return self.open(at: now, random: &random)
        case 37..<39: return self.quoteView(at: now)
        default: return self.form(browser, cookie, random: &random)
        }
    }

    // MARK: Events

    private mutating func post(
        _ browser: Int,
        _ cookie: String?,
        events: Int,
        consent: String?,
        click: String? = nil,
        random: inout SeededRandom
    ) -> SimulatedRequest {
        var marks: [String] = []
        var bodies: [String] = []
        for _ in 0..<events {
            let mark = "m\(self.count).\(marks.count)"
            marks.append(mark)
            bodies.append(self.event(browser, mark, consent: consent, click: click, random: &random))
        }
        let body = events == 1 ? bodies[0] : "[" + bodies.joined(separator: ",") + "]"
        var request = self.request("POST", "/e", browser: browser, cookie: cookie, body: body)
        // A refusal is answered with 200 as well, and stores nothing.
        request.marks = consent == "denied" || cookie?.contains("optout") == true ? [] : marks
        return request
    }

    private mutating func event(
        _ browser: Int,
        _ mark: String,
        consent: String?,
        click: String?,
        random: inout SeededRandom
    ) -> String {
        var place = self.pageLoads[browser] ?? (self.count, 0)
        if Int.random(in: 0..<4, using: &random) == 0 { place = (self.count, 0) }
        place.counter += 1
        self.pageLoads[browser] = place
        let path = Workload.paths.randomElement(using: &random) ?? "/"
        var event =
            "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://site.example\(path)\",\"title\":\"\(mark)\","
            + "\"id\":\"load-\(browser)-\(place.nonce).\(place.counter)\""
        if let consent { event += ",\"consent\":\"\(consent)\"" }
        if let click { event += ",\"click\":\"\(click)\"" }
        return event + "}"
    }

    /// The page a click led to, in the browser that clicked.
    private mutating func landing(_ browser: Int, _ cookie: String?, random: inout SeededRandom) -> SimulatedRequest {
        let click = self.memory.clicks.suffix(4).randomElement(using: &random)
        let consent: String? = Bool.random(using: &random) ? "granted" : nil
        return self.post(browser, cookie, events: 1, consent: consent, click: click, random: &random)
    }

    private mutating func form(_ browser: Int, _ cookie: String?, random: inout SeededRandom) -> SimulatedRequest {
        let mark = "m\(self.count).0"
        let body =
            "{\"type\":\"form_submit\",\"site\":\"shop\",\"url\":\"https://site.example/contact\",\"name\":\"contact\","
            + "\"title\":\"\(mark)\",\"id\":\"form-\(self.count).1\",\"consent\":\"granted\","
            + "\"fields\":{\"email\":\"claim\(Int.random(in: 0..<4, using: &random))@example.com\"}}"
        var request = self.request("POST", "/e", browser: browser, cookie: cookie, body: body)
        request.marks = cookie?.contains("optout") == true ? [] : [mark]
        return request
    }

    private mutating func refused(_ browser: Int, _ cookie: String?, random: inout SeededRandom) -> SimulatedRequest {
        let event = self.event(browser, "never", consent: "granted", click: nil, random: &random)
        return self.request("POST", "/e", browser: browser, cookie: cookie, body: event, "Sec-GPC: 1")
    }

    private func nonsense(_ browser: Int) -> SimulatedRequest {
        let bodies = [
            "{", "[7]", "{\"type\":\"page_view\",\"site\":\"other\",\"url\":\"https://site.example/\",\"id\":\"x.1\"}",
        ]
        return self.request("POST", "/e", browser: browser, cookie: nil, body: bodies[self.count % bodies.count])
    }

    // MARK: Mail

    private func token(
        _ purpose: TokenPayload.Purpose,
        _ contact: ContactID,
        object: UInt32 = 0,
        at now: Timestamp
    ) -> String {
        let day = UInt16(now.seconds / 86_400)
        let payload = TokenPayload(purpose: purpose, issueDay: day, contact: contact, object: object)
        return Token.encode(payload, signer: SimulatedPort.signer)
    }

    private func click(at now: Timestamp, random: inout SeededRandom) -> SimulatedRequest {
        let contact = Workload.contacts.randomElement(using: &random) ?? Workload.contacts[0]
        let link = Int.random(in: 1...3, using: &random)
        return self.request("GET", "/c/\(link)/\(self.token(.contact, contact, at: now))", browser: nil, cookie: nil)
    }

    private func open(at now: Timestamp, random: inout SeededRandom) -> SimulatedRequest {
        let contact = Workload.contacts.randomElement(using: &random) ?? Workload.contacts[0]
        let token = self.token(.message, contact, object: 2, at: now)
        return self.request("GET", "/o/2/\(token).gif", browser: nil, cookie: nil)
    }

    private func quoteView(at now: Timestamp) -> SimulatedRequest {
        let token = self.token(.quote, Workload.contacts[0], object: 1, at: now)
        return self.request("POST", "/q/1/\(token)", browser: nil, cookie: nil, body: "")
    }

    private func request(
        _ method: String,
        _ path: String,
        browser: Int?,
        cookie: String?,
        body: String? = nil,
        _ fields: String...
    ) -> SimulatedRequest {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: t.example", "User-Agent: Mozilla/5.0"] + fields
        if let cookie { lines.append("Cookie: \(cookie)") }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return SimulatedRequest(
            text: lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""),
            address: "203.0.113.\(10 + (browser ?? self.count % 5))",
            browser: browser
        )
    }
}
