import Domain
import NIOCore
import NIOEmbedded
import ScoreStore
import TestSupport
import Testing

@testable import Collector

@Suite struct LinkEndpointTests {
    // MARK: Clicks

    @Test func aClickIsRecordedAndHandedToOurLandingPage() throws {
        let port = Port()
        let response = try port.get("/c/5/\(port.token(.message, object: 9))")
        #expect(response.status == 302)
        #expect(response["set-cookie"] == nil)
        let location = try #require(response["location"])
        #expect(location.hasPrefix("https://shop.example/offer?a=1&vdg="))
        #expect(location.hasSuffix("#top"))
        let token = location.dropFirst("https://shop.example/offer?a=1&vdg=".count).prefix { $0 != "#" }
        let event = try #require(port.log.events.first)
        let payload = try #require(Token.decode(token.utf8, signer: port.signer))
        #expect(payload.purpose == .click)
        #expect(payload.contact == Port.contact)
        #expect(payload.object == 5)
        #expect(payload.nonce == event.record.click)
        #expect(event.record.kind == .emailClick)
        #expect(event.record.verdict == .likely)
        #expect(event.record.link == 5)
        #expect(event.record.message == 9)
        #expect(event.record.visitor == nil)
        #expect(event.slot == SlotMap(key: port.log.slotKey).slot(of: Port.contact))
    }

    @Test func elsewhereNoClickIsHandedOver() throws {
        let port = Port()
        let response = try port.get("/c/6/\(port.token(.contact))")
        #expect(response["location"] == "https://elsewhere.example/")
        #expect(port.log.events.count == 1)
    }

    @Test func whatCannotBeRecordedStillRedirectsToTheSamePlace() throws {
        let port = Port()
        port.directory.setConsents([.clicks, .objected], of: ContactID(2))
        for contact in [ContactID(1), ContactID(2)] {
            let response = try port.get("/c/5/\(port.token(.contact, contact: contact))")
            #expect(response.status == 302)
            #expect(response["location"] == "https://shop.example/offer?a=1#top")
        }
        #expect(port.log.events.isEmpty)
        #expect(port.counters.badTokens == 0)
        #expect(port.counters.declined == [.contactBasis: 2])
    }

    @Test func aForgedTokenTellsNotWhereItsLinkLeads() throws {
        let port = Port()
        let right = port.token(.contact)
        let unknown = try port.get("/c/99/\(right)")
        let tokens = [
            "forged", "", "\(right)A", port.token(.quote, object: 5), port.token(.message, object: 8),
            port.token(.click, object: 5, nonce: 1), port.token(.preferences), port.token(.answer),
        ]
        for token in tokens {
            let response = try port.get("/c/5/\(token)")
            #expect(response.status == 404)
            #expect(response == unknown)
        }
        #expect(port.log.events.isEmpty)
        #expect(port.counters.badTokens == 8)
    }

    @Test func anOldTokenRedirectsAndLinksNobody() throws {
        let port = Port()
        let response = try port.get("/c/5/\(port.token(.contact, age: 91))")
        #expect(response["location"] == "https://shop.example/offer?a=1#top")
    }

    @Test func whoRefusesIsNotHandedAClick() throws {
        let port = Port()
        let response = try port.get("/c/5/\(port.token(.contact))", "DNT: 1")
        #expect(response["location"] == "https://shop.example/offer?a=1#top")
        #expect(port.log.events.count == 1)
    }

    @Test func anUnknownLinkGetsTheNeutralPage() throws {
        let port = Port()
        let known = try port.get("/c/99/\(port.token(.contact))")
        let forged = try port.get("/c/99/forged")
        #expect(known.status == 404)
        #expect(known == forged)
        #expect(try port.get("/c/99/x", "Accept-Language: fr-FR,en").text.contains("Lien inconnu"))
        #expect(try port.get("/c/x/y").status == 404)
    }

    @Test(arguments: [
        ("HEAD", "X: y", FilterReason.machineFetch), ("GET", "Sec-Purpose: prefetch", .prefetch),
        ("GET", "Sec-Fetch-Dest: empty", .machineFetch), ("GET", "Sec-Fetch-Dest: image", .machineFetch),
        ("GET", "User-Agent: python-requests/2", .bot),
    ])
    func aFetchNoBrowserMakesForAClickIsAMachines(_ method: String, _ field: String, _ filter: FilterReason) throws {
        let port = Port()
        let response = try port.ask(Port.request(method, "/c/5/\(port.token(.contact))", [field]))
        #expect(response.status == 302)
        #expect(response["location"]?.contains("vdg=") == true)
        #expect(port.log.events.map(\.record.verdict) == [.machine])
        #expect(port.log.events.map(\.record.filter) == [filter])
    }

    @Test func aNavigationIsAClick() throws {
        let port = Port()
        _ = try port.get("/c/5/\(port.token(.contact))", "Sec-Fetch-Dest: document")
        #expect(port.log.events.map(\.record.verdict) == [.likely])
    }

    // MARK: Redirects always redirect

    @Test func aRefusingLogDoesNotStopARedirect() throws {
        let port = Port()
        port.log.refusal = .diskFull
        #expect(try port.get("/c/5/\(port.token(.contact))").status == 302)
        #expect(port.counters.clicksLost == 1)
        #expect(port.counters.received == 0)
    }

    @Test func aLogThatNeverCommitsDelaysARedirectByItsWaitAtMost() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        try connection.send(Port.request("GET", "/c/5/\(port.token(.contact))"))
        port.eventLoop.advanceTime(by: .milliseconds(249))
        #expect(try connection.output().isEmpty)
        port.eventLoop.advanceTime(by: .milliseconds(1))
        #expect(try connection.responses().map(\.status) == [302])
        port.log.commit()
        port.eventLoop.run()
        #expect(try connection.output().isEmpty)
    }

    @Test func everyWaitingRedirectGoesWhenItsOwnWaitIsOver() throws {
        let port = Port(commits: false)
        let first = try port.connect()
        let second = try port.connect()
        let request = Port.request("GET", "/c/5/\(port.token(.contact))")
        try first.send(request)
        port.eventLoop.advanceTime(by: .milliseconds(100))
        try second.send(request)
        port.eventLoop.advanceTime(by: .milliseconds(150))
        #expect(try first.responses().map(\.status) == [302])
        #expect(try second.output().isEmpty)
        port.eventLoop.advanceTime(by: .milliseconds(100))
        #expect(try second.responses().map(\.status) == [302])
    }

    @Test func aFailingLogLetsARedirectGo() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        try connection.send(Port.request("GET", "/c/5/\(port.token(.contact))"))
        port.log.fail()
        port.eventLoop.run()
        #expect(try connection.responses().map(\.status) == [302])
    }

    // MARK: Opens

    @Test func everyOpenGetsTheSameBytes() throws {
        let port = Port(commits: false)
        port.directory.setConsents([.clicks], of: ContactID(2))
        let tokens = [
            port.token(.message, object: 9), port.token(.message, object: 8), "forged", "",
            port.token(.contact, contact: ContactID(2)), port.token(.contact, contact: ContactID(3)),
        ]
        var answers: [[UInt8]] = []
        for token in tokens {
            let connection = try port.connect()
            try connection.send(Port.request("GET", "/o/9/\(token).gif"))
            answers.append(try connection.output())
        }
        port.log.refusal = .failed
        let connection = try port.connect()
        try connection.send(Port.request("GET", "/o/9/\(tokens[0]).gif"))
        answers.append(try connection.output())
        #expect(Set(answers).count == 1)
        let response = try #require(Response.read(answers[0]).first)
        #expect(response.status == 200)
        #expect(response.body == Answer.gif)
        #expect(response["cache-control"] == "no-store")
        #expect(response["set-cookie"] == nil)
        #expect(port.log.events.count == 1)
        #expect(port.counters.opensLost == 1)
        #expect(port.counters.badTokens == 3)
        #expect(port.counters.declined == [.contactBasis: 2])
    }

    @Test func onlyTheDayOfAnOpenIsKeptWhereNoMoreIsAllowed() throws {
        let port = Port()
        _ = try port.get("/o/9/\(port.token(.contact)).gif", "User-Agent: Mozilla/5.0")
        port.directory.setConsents([.lastOpenDay], of: Port.contact)
        _ = try port.get("/o/9/\(port.token(.contact)).gif", "User-Agent: Mozilla/5.0")
        port.directory.setConsents([.lastOpenDay, .objected], of: Port.contact)
        _ = try port.get("/o/9/\(port.token(.contact)).gif", "User-Agent: Mozilla/5.0")
        let records = port.log.events.map(\.record)
        #expect(records.map(\.kind) == [.emailOpen, .emailOpen])
        #expect(records.map(\.message) == [9, 9])
        #expect(records.map(\.consent) == [.granted, .undecided])
        #expect(records.map { $0.network != 0 } == [true, false])
        #expect(records.map { $0.agent != 0 } == [true, false])
    }

    @Test func anImageProxyIsNoRobotForOpens() throws {
        let port = Port()
        _ = try port.get("/o/9/\(port.token(.contact)).gif", "User-Agent: YahooMailProxy; bot")
        #expect(port.log.events.map(\.record.filter) == [.none])
    }

    // MARK: Quotes

    @Test func aQuoteIsViewedWhenItsPageReports() throws {
        let port = Port()
        let path = "/q/3/\(port.token(.quote, object: 3))"
        let page = try port.get(path)
        #expect(page.status == 200)
        #expect(page["content-type"] == "text/html; charset=utf-8")
        #expect(page.text.contains("<h1>Devis &lt;3&gt;</h1>"))
        let handedOver = try #require(page.text.firstMatch(of: /href="https:\/\/shop.example\/d\?vdg=([^"]+)"/))
        let payload = try #require(Token.decode(handedOver.1.utf8, signer: port.signer))
        #expect(payload.purpose == .quoteClick)
        #expect(payload.object == 3)
        #expect(payload.contact == Port.contact)
        #expect(port.log.events.isEmpty)
        #expect(try port.post(path, "").status == 204)
        let record = try #require(port.log.events.first?.record)
        #expect(record.kind == .quoteView)
        #expect(record.verdict == .confirmed)
        #expect(record.quote == 3)
        #expect(record.contact == Port.contact)
    }

    @Test func aForgedQuoteTellsNothing() throws {
        let port = Port()
        for token in ["forged", port.token(.quote, object: 4), port.token(.contact)] {
            let page = try port.get("/q/3/\(token)", "Accept-Language: en")
            #expect(page == (try port.get("/c/99/x", "Accept-Language: en")))
            #expect(try port.post("/q/3/\(token)", "").status == 204)
        }
        #expect(port.log.events.isEmpty)
    }

    @Test func aQuoteViewWithoutBasisIsDeclined() throws {
        let port = Port()
        port.directory.setConsents([], of: Port.contact)
        #expect(try port.post("/q/3/\(port.token(.quote, object: 3))", "").status == 204)
        #expect(port.log.events.isEmpty)
        #expect(port.counters.declined == [.contactBasis: 1])
    }

    // MARK: Opt-out

    @Test func onlyAPostOptsOut() throws {
        let port = Port()
        let page = try port.get("/optout", "Accept-Language: fr", "Cookie: __Host-vdg=AAAAAAAAAAEAAAAAAAAAAg")
        #expect(page.status == 200)
        #expect(page["set-cookie"] == nil)
        #expect(port.log.erasures.isEmpty)
        let done = try port.post("/optout", "", "Cookie: __Host-vdg=AAAAAAAAAAEAAAAAAAAAAg")
        #expect(
            done.all("set-cookie").map { String($0.prefix { $0 != ";" }) } == ["__Host-vdg_optout=1", "__Host-vdg="]
        )
        #expect(port.log.erasures == [.visitor(VisitorID(high: 1, low: 2))])
    }

    // MARK: Files

    @Test func scriptsAreServedForEverybodyAndKept() throws {
        let port = Port()
        let floating = try port.get("/t.js")
        #expect(floating.text == "track()")
        #expect(floating["access-control-allow-origin"] == "*")
        let tag = try #require(floating["etag"])
        let hash = port.loop.collector.trackerHash
        #expect(tag == "\"\(hash)\"")
        #expect(try port.get("/t.\(hash).js")["cache-control"] == "public, max-age=31536000, immutable")
        #expect(try port.get("/t.0123.js")["cache-control"] == "public, max-age=3600")
        #expect(try port.get("/t.js", "If-None-Match: W/\(tag)").status == 304)
        #expect(try port.get("/forms.js").text == "forms()")
        #expect(try port.get("/.well-known/gpc.json").text.contains("\"gpc\":true"))
    }

    @Test func otherPathsAndMethodsAreRefusedBriefly() throws {
        let port = Port(settings: { $0.pathPrefix = "x" })
        #expect(try port.get("/x/t.js").status == 200)
        #expect(try port.get("/t.js").status == 404)
        #expect(try port.get("/.well-known/gpc.json").status == 200)
        #expect(try port.get("/x/e").status == 405)
        #expect(try port.get("/x/e")["allow"] == "POST, OPTIONS")
        #expect(try port.ask(Port.request("DELETE", "/x/t.js")).status == 405)
        #expect(try port.get("/x").status == 404)
        #expect(try port.get("/").status == 404)
    }
}
