import Domain
import Testing

@Suite struct WireQueryTests {
    @Test func aPixelIsAPageViewOfTheAddressItNames() throws {
        var fixture = WireFixture()
        let query = "site=s1&url=https%3A%2F%2Fexample.com%2Fa%3Futm_source%3Dx%26b%3D1&title=Gr%C3%BC%C3%9Fe+%26+more"
        let (event, dropped) = try WireFixture.accepted(fixture.query(query))
        #expect(dropped.isEmpty)
        #expect(event.kind == .pageView)
        #expect(fixture.text(event.site) == "s1")
        #expect(fixture.text(event.url) == "example.com/a?b=1")
        #expect(fixture.text(event.campaignSource) == "x")
        #expect(fixture.text(event.title) == "Grüße & more")
    }

    @Test func numbersAndFlagsAreReadFromTheirText() throws {
        var fixture = WireFixture()
        let query =
            "type=custom&site=s&url=http://a/&name=n&scroll=50&engaged=1200&upgrade=1&time=5&sent=6"
            + "&consent=denied&id=abcdefgh.2&click=t.1"
        let (event, dropped) = try WireFixture.accepted(fixture.query(query))
        #expect(dropped.isEmpty)
        #expect(event.kind == .custom && !event.isSecure)
        #expect(event.scrollPercent == 50 && event.engagedMilliseconds == 1_200)
        #expect(event.isUpgrade && event.clientMilliseconds == 5 && event.sentMilliseconds == 6)
        #expect(event.consent == .denied && event.counter == 2)
        #expect(fixture.text(event.click) == "t.1")
        #expect(try !WireFixture.accepted(fixture.query("site=s&url=http://a/&upgrade=true&upgrade=false")).0.isUpgrade)
    }

    @Test func theRefererStandsInForAnAbsentAddress() throws {
        var fixture = WireFixture()
        for query in ["site=s", "site=s&url=", "url=http://a/&url=&site=s"] {
            let (event, _) = try WireFixture.accepted(fixture.query(query, referer: "https://Example.com/r?q#f"))
            #expect(fixture.text(event.url) == "example.com/r?q")
            #expect(event.isSecure)
        }
        let (event, _) = try WireFixture.accepted(fixture.query("site=s&url=http://a/", referer: "https://b/"))
        #expect(fixture.text(event.url) == "a/")
    }

    @Test(
        arguments: [
            ("", .unknownSite), ("site=s", .invalidURL), ("site=s&url=x", .invalidURL),
            ("site=%ff&url=http://a/", .unknownSite),
            ("site=s&url=http://a/%ff", .invalidURL), ("site=s&url=http://a/%25ff", nil),
            ("type=x&site=s&url=http://a/", .unknownType),
            ("type=email_open&site=s&url=http://a/", .unknownType), ("type=custom&site=s&url=http://a/", .missingName),
            ("type=&site=s&url=http://a/", nil), ("&&site=s&&url=http://a/&=&x", nil), ("s%69te=s&url=http://a/", nil),
        ] as [(String, Rejection?)]
    )
    func requiredFieldsAreCheckedAsInABody(_ query: String, _ rejection: Rejection?) {
        var fixture = WireFixture()
        #expect(WireFixture.rejection(fixture.query(query)) == rejection)
    }

    @Test(
        arguments: [
            ("scroll=abc", "scroll"), ("scroll=1%202", "scroll"), ("upgrade=yes", "upgrade"),
            ("title=%C3", "title"), ("fields=%7B%7D", "fields"), ("engaged=1,2", "engaged"), ("time=", ""),
        ]
    )
    func wrongOptionalFieldsAreDroppedAndNamed(_ pair: String, _ name: String) throws {
        var fixture = WireFixture()
        let (_, dropped) = try WireFixture.accepted(fixture.query("site=s&url=http://a/&" + pair))
        #expect(dropped == (name.isEmpty ? [] : [name]))
    }

    @Test func malformedPercentSignsStandForThemselves() throws {
        var fixture = WireFixture()
        let (event, _) = try WireFixture.accepted(fixture.query("site=s&url=http://a/&title=100%+%zz%4"))
        #expect(fixture.text(event.title) == "100% %zz%4")
    }
}
