import Domain
import NIOEmbedded
import ScoreStore
import Testing

@testable import Collector

@Suite struct EventEndpointTests {
    private func event(_ more: String = "", url: String = "https://shop.example/tarifs?utm_source=mail&x=1") -> String {
        "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"\(url)\",\"id\":\"page-load.1\",\"title\":\"T\","
            + "\"referrer\":\"https://search.example/?q=secret\"\(more)}"
    }

    @Test func anAcceptedEventWithNothingToSayGetsNoContent() throws {
        let port = Port()
        let response = try port.post("/e", self.event(",\"consent\":\"granted\""))
        #expect(response.status == 204)
        #expect(port.log.events.count == 1)
    }

    @Test func theAnswerWaitsForTheCommit() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        let body = self.event()
        try connection.send(Port.request("POST", "/e", ["Content-Length: \(body.utf8.count)"]) + body)
        #expect(try connection.output().isEmpty)
        port.log.commit()
        port.eventLoop.run()
        #expect(try connection.responses().map(\.status) == [204])
    }

    @Test func answersComeInTheOrderOfTheRequests() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        let body = self.event()
        let post = Port.request("POST", "/e", ["Content-Length: \(body.utf8.count)"]) + body
        try connection.send(post + Port.request("GET", "/t.js") + post + Port.request("GET", "/nowhere"))
        #expect(try connection.output().isEmpty)
        port.log.commit()
        port.eventLoop.run()
        #expect(try connection.responses().map(\.status) == [204, 200, 204, 404])
    }

    @Test func aBatchNamesEachEventsOutcome() throws {
        let port = Port()
        let body =
            "[\(self.event()),\(self.event(",\"scroll\":\"far\"")),{\"type\":\"page_view\",\"site\":\"none\","
            + "\"url\":\"https://shop.example/\"},\(self.event(url: "https://other.example/")),7]"
        let response = try port.post("/e", body)
        #expect(response.status == 200)
        #expect(response["content-type"] == "application/json")
        #expect(response.text.contains("{\"index\":0,\"outcome\":\"accepted\"}"))
        #expect(response.text.contains("{\"index\":1,\"outcome\":\"accepted\",\"dropped\":[\"scroll\"]}"))
        #expect(
            response.text.contains(
                "\"index\":2,\"outcome\":\"rejected\",\"reason\":\"unknown_site\",\"field\":\"site\""
            )
        )
        #expect(response.text.contains("\"index\":3,\"outcome\":\"rejected\",\"reason\":\"foreign_host\""))
        #expect(response.text.contains("\"index\":4,\"outcome\":\"rejected\",\"reason\":\"not_an_event\""))
        #expect(port.log.events.count == 2)
    }

    @Test(arguments: [
        ("", 400), ("{", 400), ("7", 400), ("[7]", 400),
        ("{\"type\":\"email_open\",\"site\":\"shop\",\"url\":\"https://shop.example/\"}", 400),
        ("{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"ftp://shop.example/\"}", 400),
        ("[" + Array(repeating: "{}", count: 101).joined(separator: ",") + "]", 413),
    ])
    func whatIsRejectedAltogetherIsAClientError(_ body: String, _ status: Int) throws {
        let port = Port()
        #expect(try port.post("/e", body).status == status)
        #expect(port.log.events.isEmpty)
    }

    @Test func aBodyOverTheLimitIsTooLarge() throws {
        let body = String(repeating: "x", count: Limits.eventBodyBytes + 1)
        let response = try Port().post("/e", body)
        #expect(response.status == 413)
        #expect(response["connection"] == "close")
    }

    @Test func bodiesOfOtherTypesAreNotRead() throws {
        #expect(try Port().post("/e", self.event(), "Content-Type: multipart/form-data").status == 400)
        #expect(try Port().post("/e", self.event(), "Content-Type: text/plain;charset=UTF-8").status == 204)
        #expect(try Port().post("/e", self.event(), "Content-Type: application/json").status == 204)
    }

    @Test func aRefusingLogMeansTryAgain() throws {
        let port = Port()
        port.log.refusal = .diskFull
        let response = try port.post("/e", self.event(), "Origin: https://shop.example")
        #expect(response.status == 503)
        #expect(response["retry-after"] != nil)
        #expect(response["access-control-allow-origin"] == "https://shop.example")
        let pixel = try port.get("/p.gif?site=shop&url=https://shop.example/")
        #expect(pixel.status == 503)
        #expect(pixel.body == Answer.gif)
        #expect(port.counters.received == 0)
        #expect(port.counters.refused == 2)
    }

    @Test func aFailingLogTakesBackWhatWasNotAnswered() throws {
        let port = Port(commits: false)
        let connection = try port.connect()
        let body = self.event()
        try connection.send(Port.request("POST", "/e", ["Content-Length: \(body.utf8.count)"]) + body)
        port.log.fail()
        port.eventLoop.run()
        #expect(try connection.responses().map(\.status) == [503])
        #expect(port.counters.received == 0)
        #expect(port.counters.accepted == 0)
        #expect(port.counters.refused == 1)
        #expect(try port.post("/e", body).status == 503)
    }

    // MARK: Origins

    @Test func onlyTheSitesOwnPagesReadAnswers() throws {
        let port = Port(site: { $0.origins = ["http://localhost:3000"] })
        for origin in ["https://shop.example", "https://www.shop.example", "http://localhost:3000"] {
            let response = try port.post("/e", self.event(), "Origin: \(origin)")
            #expect(response.status == 204)
            #expect(response["access-control-allow-origin"] == origin)
            #expect(response["access-control-allow-credentials"] == "true")
            #expect(response["vary"] == "Origin")
        }
        for origin in ["http://shop.example", "https://evil.example", "null", "https://shop.example.evil.example"] {
            let response = try port.post("/e", self.event(), "Origin: \(origin)")
            #expect(response.status == 403)
            #expect(response["access-control-allow-origin"] == nil)
        }
    }

    @Test func aRefusalOfTheStandardPipelineMayBeReadByTheSitesOwnPages() throws {
        let large = String(repeating: "x", count: Limits.eventBodyBytes + 1)
        let twoHosts = "POST /e HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n"
        for (origin, allowed) in [("https://shop.example", true), ("https://evil.example", false)] {
            let refusals = [
                try Port().post("/e", large, "Origin: \(origin)"),
                try Port().ask(twoHosts + "Origin: \(origin)\r\n\r\n"),
                try Port().post("/e", "{", "Origin: \(origin)"),
            ]
            #expect(refusals.map(\.status) == [413, 400, 400])
            for refusal in refusals {
                #expect(refusal["access-control-allow-origin"] == (allowed ? origin : nil))
                #expect(refusal["vary"] == "Origin")
            }
        }
    }

    @Test func aPreflightAnswersForTheSitesOwnOriginsOnly() throws {
        let port = Port()
        let own = try port.ask(Port.request("OPTIONS", "/e", ["Origin: https://shop.example"]))
        #expect(own.status == 204)
        #expect(own["access-control-allow-methods"] == "POST")
        #expect(own["access-control-allow-headers"] == "Content-Type")
        let foreign = try port.ask(Port.request("OPTIONS", "/e", ["Origin: https://evil.example"]))
        #expect(foreign.status == 204)
        #expect(foreign["access-control-allow-origin"] == nil)
        #expect(foreign["access-control-allow-methods"] == nil)
    }

    // MARK: The pixel

    @Test func thePixelRecordsThePageItStandsOn() throws {
        let port = Port()
        let response = try port.get("/p.gif?site=shop", "Referer: https://shop.example/contact")
        #expect(response.status == 200)
        #expect(response.body == Answer.gif)
        #expect(response.body.count == 43)
        #expect(response["cache-control"] == "no-store")
        let event = try #require(port.log.events.first)
        #expect(event.text(\.path) == "/contact")
        #expect(event.record.verdict == .likely)
    }

    @Test func aRejectedPixelIsStillAnImage() throws {
        let response = try Port().get("/p.gif?site=none&url=https://shop.example/")
        #expect(response.status == 400)
        #expect(response.body == Answer.gif)
        #expect(response["x-rejection"] == "unknown_site")
    }

    @Test func aHeadRequestIsNoPerson() throws {
        let port = Port()
        let response = try port.ask(Port.request("HEAD", "/p.gif?site=shop&url=https://shop.example/"))
        #expect(response.status == 200)
        #expect(response["content-length"] == "43")
        #expect(port.log.events.map(\.record.filter) == [.machineFetch])
    }

    // MARK: Filters

    @Test(arguments: [
        ("Sec-Purpose: prefetch;prerender", FilterReason.prefetch), ("Purpose: Prefetch", .prefetch),
        ("X-Purpose: preview", .prefetch), ("X-Moz: prefetch", .prefetch),
        ("User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1)", .bot), ("User-Agent: curl/8.1", .bot),
        ("User-Agent: Mozilla/5.0 (Linux; Android 9; CUBOT_X19) Chrome/100", .none), ("User-Agent: x", .none),
    ])
    func headersTellWhatNobodyLooksAt(_ field: String, _ filter: FilterReason) throws {
        let port = Port()
        #expect(try port.post("/e", self.event(), field).status == 204)
        #expect(port.log.events.map(\.record.filter) == [filter])
    }

    @Test func ofAnExcludedPathNothingIsRecordedButThatSomethingHappened() throws {
        let port = Port(site: { $0.excludedPaths = ["/admin/**"] })
        let fields = ["User-Agent: Googlebot", "Cookie: __Host-vdg=AAAAAAAAAAEAAAAAAAAAAg"]
        for consent in ["granted", "undecided"] {
            for field in fields {
                let body = self.event(
                    ",\"consent\":\"\(consent)\",\"click\":\"\(port.token(.click, object: 5, nonce: 42))\"",
                    url: "https://shop.example/admin/people?name=ann"
                )
                let response = try port.post("/e", body, field)
                #expect(response.status == 204)
                #expect(response["set-cookie"] == nil)
            }
        }
        let form =
            "{\"type\":\"form_submit\",\"site\":\"shop\",\"url\":\"https://shop.example/admin/x\",\"name\":\"f\","
            + "\"consent\":\"granted\",\"fields\":{\"email\":\"ann@example.com\"}}"
        #expect(try port.post("/e", form).status == 204)
        #expect(port.log.events.count == 5)
        for event in port.log.events {
            var expected = EventRecord()
            expected.kind = event.record.kind
            expected.site = Port.site
            expected.filter = .excludedPath
            var writer = ByteWriter()
            expected.encode(to: &writer, text: UnsafeRawBufferPointer(start: nil, count: 0))
            #expect(event.bytes == writer.bytes)
        }
    }

    @Test func aDroppedFieldIsCountedAndNamedByThePixelToo() throws {
        let port = Port()
        _ = try port.post("/e", "[\(self.event(",\"scroll\":\"far\"")),\(self.event(",\"scroll\":-1,\"name\":2"))]")
        let pixel = try port.get("/p.gif?site=shop&url=https://shop.example/&scroll=200&time=x")
        #expect(pixel.status == 200)
        #expect(pixel["x-dropped"] == "time, scroll")
        #expect(port.counters.droppedFields == [.scroll: 3, .name: 1, .time: 1])
        #expect(try port.get("/p.gif?site=shop&url=https://shop.example/")["x-dropped"] == nil)
    }

    @Test func whatACampaignSaysIsKeptWithTheAcceptedView() throws {
        let port = Port()
        let url =
            "https://shop.example/?utm_source=a&utm_medium=b&utm_campaign=c&utm_content=d%20e&utm_term=f&gclid=secret"
        for consent in ["granted", "undecided"] {
            #expect(try port.post("/e", self.event(",\"consent\":\"\(consent)\"", url: url)).status == 204)
        }
        let (accepted, before) = (port.log.events[0], port.log.events[1])
        let texts: [KeyPath<EventRecord, TextRange>] = [
            \.campaignSource, \.campaignMedium, \.campaignName, \.campaignContent, \.campaignTerm, \.clickIDName,
        ]
        #expect(texts.map { accepted.text($0) } == ["a", "b", "c", "d e", "f", "gclid"])
        #expect(texts.allSatisfy { before.text($0).isEmpty })
        #expect(!String(decoding: accepted.bytes, as: UTF8.self).contains("secret"))
    }

    @Test func theCompanysOwnNetworkAndExcludedPathsAreMarked() throws {
        let port = Port(site: {
            $0.internalNetworks = ["203.0.113.0/24", "2001:db8::/32"]
            $0.excludedPaths = ["/admin/**", "/*/draft"]
        })
        let body = self.event()
        #expect(try port.post("/e", body).status == 204)
        let outside = Port.request("POST", "/e", ["Content-Length: \(body.utf8.count)"]) + body
        #expect(try port.ask(outside, from: "198.51.100.1").status == 204)
        #expect(try port.ask(outside, from: "2001:db8:1::7").status == 204)
        for path in ["/admin/x/y", "/a/draft", "/a/b/draft", "/admin"] {
            let body = self.event(url: "https://shop.example\(path)")
            let request = Port.request("POST", "/e", ["Content-Length: \(body.utf8.count)"]) + body
            #expect(try port.ask(request, from: "198.51.100.1").status == 204)
        }
        let expected: [FilterReason] = [
            .internalNetwork, .none, .internalNetwork, .excludedPath, .excludedPath, .none, .excludedPath,
        ]
        #expect(port.log.events.map(\.record.filter) == expected)
    }

    @Test func onlyTrustedProxiesSpeakForTheirClients() throws {
        let port = Port(
            site: { $0.internalNetworks = ["192.0.2.0/24"] },
            settings: { $0.trustedProxies = ["10.0.0.0/8"] }
        )
        let body = self.event()
        func filter(_ field: String, from peer: String) throws -> FilterReason? {
            let request = Port.request("POST", "/e", ["Content-Length: \(body.utf8.count)", field]) + body
            _ = try port.ask(request, from: peer)
            return port.log.events.last?.record.filter
        }
        #expect(try filter("X-Forwarded-For: 192.0.2.9", from: "10.1.1.1") == .internalNetwork)
        #expect(try filter("X-Forwarded-For: 192.0.2.9", from: "203.0.113.1") == FilterReason.none)
        #expect(try filter("X-Forwarded-For: 192.0.2.9, 198.51.100.1", from: "10.1.1.1") == FilterReason.none)
        #expect(
            try filter("X-Forwarded-For: 198.51.100.1, 192.0.2.9:80, 10.9.9.9", from: "10.1.1.1") == .internalNetwork
        )
        // What this proxy does not set, its client may have.
        #expect(try filter("Forwarded: for=192.0.2.9", from: "10.1.1.1") == FilterReason.none)
        #expect(try filter("X-Real-IP: 192.0.2.9", from: "10.1.1.1") == FilterReason.none)
    }

    @Test(arguments: [
        (ProxyHeader.forwarded, "Forwarded: for=\"192.0.2.9:4711\";proto=https", FilterReason.internalNetwork),
        (.forwarded, "Forwarded: for=unknown", .none), (.forwarded, "X-Forwarded-For: 192.0.2.9", .none),
        (.realIP, "X-Real-IP: 192.0.2.9", .internalNetwork), (.realIP, "x-real-ip: [2001:db8::1]", .internalNetwork),
        (.realIP, "X-Forwarded-For: 192.0.2.9", .none),
    ])
    func onlyTheConfiguredHeaderIsRead(_ header: ProxyHeader, _ field: String, _ expected: FilterReason) throws {
        let port = Port(
            site: { $0.internalNetworks = ["192.0.2.0/24", "2001:db8::/32"] },
            settings: {
                $0.trustedProxies = ["10.0.0.0/8"]
                $0.proxyHeader = header
            }
        )
        let body = self.event()
        _ = try port.ask(
            Port.request("POST", "/e", ["Content-Length: \(body.utf8.count)", field]) + body,
            from: "10.1.1.1"
        )
        #expect(port.log.events.map(\.record.filter) == [expected])
    }

    @Test func noAddressIsStored() throws {
        let port = Port()
        #expect(try port.post("/e", self.event(",\"consent\":\"granted\"")).status == 204)
        let event = try #require(port.log.events.first)
        #expect(event.record.network != 0)
        let needle: [UInt8] = [203, 0, 113, 7]
        for start in 0..<(event.bytes.count - 4) {
            #expect(!event.bytes[start..<(start + 4)].elementsEqual(needle))
            #expect(!event.bytes[start..<(start + 4)].elementsEqual(needle.reversed()))
        }
    }

    @Test func latenessIsMeasuredByTheClientsOwnClock() throws {
        let port = Port()
        _ = try port.post("/e", self.event(",\"time\":1000,\"sent\":61500"))
        _ = try port.post("/e", self.event(",\"time\":1000,\"sent\":999999999999"))
        _ = try port.post("/e", self.event(",\"time\":2000,\"sent\":1000"))
        #expect(port.log.events.map(\.record.latenessSeconds) == [60, 172_800, 0])
    }
}
