import Domain
import Testing

@Suite struct WireBodyTests {
    @Test func aFullEventIsDecoded() throws {
        var fixture = WireFixture()
        let json = """
            {"type":"page_view","site":"s1","url":"https://Shop.Example/a/?utm_source=mail&q=1&fbclid=9#x",
            "id":"abcDEF_-0123.17","time":1700000000000,"sent":1700000000250.5,"title":"Grüße \\ud83d\\ude00",
            "referrer":"https://search.example/?q=secret","campaign_medium":"m","campaign_name":"n","campaign_content":"c",
            "campaign_term":"t","click":"v1.k.a-b_c","consent":"granted","upgrade":true,"engaged":4200,"scroll":99.9,
            "name":"n1","target":"https://Files.Example/b.pdf?utm_term=x&v=2","unknown":{"a":[1]},
            "fields":{"email":"a@b.example"}}
            """
        let outcomes = try fixture.outcomes(json)
        #expect(outcomes.count == 1)
        let (event, dropped) = try WireFixture.accepted(try #require(outcomes.first))
        #expect(dropped.isEmpty)
        #expect(event.kind == .pageView)
        #expect(fixture.text(event.site) == "s1")
        #expect(fixture.text(event.url) == "shop.example/a/?q=1")
        #expect(fixture.text(event.path) == "/a/")
        #expect(event.isSecure)
        #expect(event.nonce == SipHash.hash("abcDEF_-0123", key: WireFixture.nonceKey))
        #expect(event.counter == 17)
        #expect(event.clientMilliseconds == 1_700_000_000_000)
        #expect(event.sentMilliseconds == 1_700_000_000_250)
        #expect(fixture.text(event.title) == "Grüße 😀")
        #expect(fixture.text(event.referrer) == "search.example/")
        #expect(fixture.text(event.campaignSource) == "mail")
        #expect(fixture.text(event.campaignMedium) == "m")
        #expect(fixture.text(event.campaignName) == "n")
        #expect(fixture.text(event.campaignContent) == "c")
        #expect(fixture.text(event.campaignTerm) == "t")
        #expect(fixture.text(event.clickIDName) == "fbclid")
        #expect(fixture.text(event.click) == "v1.k.a-b_c")
        #expect(event.consent == .granted)
        #expect(event.isUpgrade)
        #expect(event.engagedMilliseconds == 4_200)
        #expect(event.scrollPercent == 99)
        #expect(fixture.text(event.name) == "n1")
        #expect(fixture.text(event.target) == "files.example/b.pdf?v=2")
        #expect(fixture.fields(event) == [["email", "a@b.example"]])
    }

    @Test func everyPublicKindAndNoOtherIsTaken() throws {
        var fixture = WireFixture()
        for kind in EventKind.allCases {
            let members = #""type":"\#(kind.name)","name":"n","target":"https://a.example/""#
            let outcome = try fixture.outcome(members)
            if kind.isPublic {
                #expect(try WireFixture.accepted(outcome).0.kind == kind)
            } else {
                #expect(WireFixture.rejection(outcome) == .unknownType)
            }
        }
    }

    @Test func everyConsentChoiceIsTaken() throws {
        var fixture = WireFixture()
        for choice in ConsentChoice.allCases {
            #expect(try fixture.event(#""consent":"\#(choice.name)""#).0.consent == choice)
        }
    }

    @Test func whatIsAbsentStaysAtItsDefault() throws {
        var fixture = WireFixture()
        let absent = #""title":null,"referrer":"","id":null,"upgrade":null,"time":null,"fields":null,"consent":"""#
        for members in ["", absent] {
            let (event, dropped) = try fixture.event(members)
            #expect(dropped.isEmpty)
            #expect(event.title.isEmpty && event.referrer.isEmpty && event.click.isEmpty && event.fields.isEmpty)
            #expect(event.nonce == 0 && event.counter == 0 && event.clientMilliseconds == 0)
            #expect(event.consent == .undecided && !event.isUpgrade)
        }
    }

    @Test func theLastOfTwoValuesCountsWhicheverIsUsable() throws {
        var fixture = WireFixture()
        let (event, dropped) = try fixture.event(
            #""title":5,"title":"b","scroll":50,"scroll":500,"name":"a","name":null"#
        )
        #expect(fixture.text(event.title) == "b")
        #expect(event.scrollPercent == 0)
        #expect(event.name.isEmpty)
        #expect(dropped == ["scroll"])
        #expect(WireFixture.rejection(try fixture.outcome(#""site":3"#)) == .unknownSite)
    }

    @Test func escapedKeysAreTheSameKeys() throws {
        var fixture = WireFixture()
        let (event, _) = try fixture.event(#""t\u0069tle":"x""#)
        #expect(fixture.text(event.title) == "x")
    }

    @Test func longTextsAreCutBetweenCharacters() throws {
        var fixture = WireFixture()
        for lead in 0..<4 {
            let text = String(repeating: "a", count: lead) + String(repeating: "😀", count: 100)
            let (event, dropped) = try fixture.event(#""title":"\#(text)","name":"\#(text)""#)
            #expect(dropped.isEmpty)
            #expect(fixture.text(event.title) == String(text.prefix(lead + (Limits.titleBytes - lead) / 4)))
            #expect(fixture.text(event.name) == String(text.prefix(lead + (Limits.nameBytes - lead) / 4)))
        }
    }

    @Test func controlsBecomeSpaces() throws {
        var fixture = WireFixture()
        let (event, _) = try fixture.event(#""title":"a\nb\u0000c\u007fd\u001f""#)
        #expect(fixture.text(event.title) == "a b c d ")
    }

    @Test func aReferrerOfTheSameHostIsLeftOut() throws {
        var fixture = WireFixture()
        let (own, ownDropped) = try fixture.event(#""referrer":"http://EXAMPLE.com:8080/before""#)
        #expect(own.referrer.isEmpty && ownDropped.isEmpty)
        let (other, _) = try fixture.event(#""referrer":"https://www.example.com/before?q=1""#)
        #expect(fixture.text(other.referrer) == "www.example.com/before")
    }

    @Test func theAddressFillsOnlyWhatTheEventDoesNotSay() throws {
        var fixture = WireFixture()
        let url = "https://example.com/?utm_source=u%2Bv+w&utm_medium=%ff&vdg=from.url"
        let (filled, _) = try fixture.event(#""url":"\#(url)""#)
        #expect(fixture.text(filled.campaignSource) == "u+v w")
        #expect(filled.campaignMedium.isEmpty)
        #expect(fixture.text(filled.click) == "from.url")
        let (said, _) = try fixture.event(#""url":"\#(url)","campaign_source":"own","click":"own.click""#)
        #expect(fixture.text(said.campaignSource) == "own")
        #expect(fixture.text(said.click) == "own.click")
        let (wrong, _) = try fixture.event(#""url":"https://example.com/?vdg=a%20b""#)
        #expect(wrong.click.isEmpty)
    }

    @Test func eachElementOfAnArrayHasItsOwnOutcomeInOrder() throws {
        var fixture = WireFixture()
        let good = "{\(WireFixture.required)}"
        let outcomes = try fixture.outcomes("[\(good),5,{},[],\(good)]")
        #expect(outcomes.map(WireFixture.rejection) == [nil, .notAnEvent, .unknownType, .notAnEvent, nil])
        let (last, _) = try WireFixture.accepted(outcomes[4])
        #expect(fixture.text(last.url) == "example.com/a")
        #expect(try fixture.outcomes("[]").isEmpty)
    }

    @Test func textsOfEarlierRequestsStayUntilTheReset() throws {
        var fixture = WireFixture()
        let (first, _) = try fixture.event(#""title":"first""#)
        try Array("{\(WireFixture.required)}".utf8).withUnsafeBytes { try fixture.decoder.decodeBody($0) }
        #expect(fixture.text(first.title) == "first")
        #expect(fixture.decoder.outcomes.count == 1)
        fixture.decoder.reset()
        #expect(fixture.decoder.scratch.isEmpty && fixture.decoder.outcomes.isEmpty)
    }

    @Test func buffersAreKeptFromRequestToRequest() throws {
        var fixture = WireFixture()
        let body = "[{\(WireFixture.required),\"title\":\"t\"},{\(WireFixture.required)}]"
        _ = try fixture.outcomes(body)
        let (scratch, outcomes) = (fixture.decoder.scratch.capacity, fixture.decoder.outcomes.capacity)
        for _ in 0..<100 { _ = try fixture.outcomes(body) }
        #expect(fixture.decoder.scratch.capacity == scratch)
        #expect(fixture.decoder.outcomes.capacity == outcomes)
    }
}
