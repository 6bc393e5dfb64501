import Domain
import Testing

@Suite struct WireRejectionTests {
    @Test(
        arguments: [
            ("", .malformedJSON), ("{", .malformedJSON), ("[{}", .malformedJSON), ("{}x", .malformedJSON),
            (#"{"type":"page_view",}"#, .malformedJSON), ("[{},]", .malformedJSON), (#"{"x":[1,}"#, .malformedJSON),
            ("5", .notAnEvent), (#""text""#, .notAnEvent), ("null", .notAnEvent),
            (String(repeating: "[", count: 17), .tooDeep),
        ] as [(String, Rejection)]
    )
    func aBodyThatIsNoJSONOfEventsIsRejectedAsAWhole(_ json: String, _ rejection: Rejection) {
        var fixture = WireFixture()
        #expect(throws: rejection) { try fixture.outcomes(json) }
    }

    @Test func aSyntaxErrorTakesBackWhatCameBeforeIt() throws {
        var fixture = WireFixture()
        #expect(throws: Rejection.malformedJSON) { try fixture.outcomes("[{\(WireFixture.required)},{]") }
        #expect(fixture.decoder.outcomes.isEmpty)
        #expect(fixture.decoder.scratch.isEmpty)
    }

    @Test func oneRequestCarriesAHundredEventsAndNoMore() throws {
        var fixture = WireFixture()
        let events = { (count: Int) in "[" + Array(repeating: "{}", count: count).joined(separator: ",") + "]" }
        #expect(try fixture.outcomes(events(Limits.eventsPerRequest)).count == Limits.eventsPerRequest)
        #expect(throws: Rejection.tooManyEvents) { try fixture.outcomes(events(Limits.eventsPerRequest + 1)) }
    }

    @Test func aBodyIsTakenUpToTheLimit() throws {
        var fixture = WireFixture()
        let padding = { (count: Int) in String(repeating: " ", count: count) }
        #expect(try fixture.outcomes("{}" + padding(Limits.eventBodyBytes - 2)).count == 1)
        #expect(throws: Rejection.tooLarge) { try fixture.outcomes("{}" + padding(Limits.eventBodyBytes - 1)) }
    }

    @Test(
        arguments: [
            (#"{"site":"s","url":"https://a/"}"#, .unknownType),
            (#"{"type":"x","site":"s","url":"https://a/"}"#, .unknownType),
            (#"{"type":1,"site":"s","url":"https://a/"}"#, .unknownType),
            (#"{"type":"","site":"s","url":"https://a/"}"#, .unknownType),
            (#"{"type":"page_view","url":"https://a/"}"#, .unknownSite),
            (#"{"type":"page_view","site":"","url":"https://a/"}"#, .unknownSite),
            (#"{"type":"page_view","site":[],"url":"https://a/"}"#, .unknownSite),
            (#"{"type":"page_view","site":"s"}"#, .invalidURL),
            (#"{"type":"page_view","site":"s","url":true}"#, .invalidURL),
            (#"{"type":"page_view","site":"s","url":"/relative"}"#, .invalidURL),
            (#"{"type":"custom","site":"s","url":"https://a/"}"#, .missingName),
            (#"{"type":"custom","site":"s","url":"https://a/","name":3}"#, .missingName),
            (#"{"type":"form_submit","site":"s","url":"https://a/"}"#, .missingName),
            (#"{"type":"download","site":"s","url":"https://a/","name":"n"}"#, .missingTarget),
            (#"{"type":"download","site":"s","url":"https://a/","target":"mailto:a@b"}"#, .missingTarget),
        ] as [(String, Rejection)]
    )
    func aWrongRequiredFieldRejectsItsEvent(_ json: String, _ rejection: Rejection) throws {
        var fixture = WireFixture()
        #expect(try fixture.outcomes(json).map(WireFixture.rejection) == [rejection])
        #expect(fixture.decoder.scratch.isEmpty)
    }

    @Test func eachRejectionNamesTheFieldAtFault() {
        let fields: [Rejection: String] = [
            .unknownType: "type", .unknownSite: "site", .invalidURL: "url", .urlTooLong: "url", .foreignHost: "url",
            .missingName: "name", .missingTarget: "target", .tooManyClaims: "fields",
        ]
        for rejection in Rejection.allCases { #expect(rejection.field == fields[rejection, default: ""]) }
    }

    @Test func overlongRequiredTextsRejectTheirEvent() throws {
        var fixture = WireFixture()
        let long = String(repeating: "a", count: 3_000)
        #expect(WireFixture.rejection(try fixture.outcome(#""url":"https://a/\#(long)""#)) == .urlTooLong)
        #expect(WireFixture.rejection(try fixture.outcome(#""site":"\#(long)""#)) == .unknownSite)
    }

    @Test(
        arguments: [
            (#""id":"short.1""#, "id"), (#""id":"12345678""#, "id"), (#""id":"12345678.""#, "id"),
            (#""id":"12345678.65536""#, "id"), (#""id":"12345678.000001""#, "id"), (#""id":"1234567+.1""#, "id"),
            (#""id":"12345678.1x""#, "id"), (#""id":"123456781234567812345678123456789.1""#, "id"), (#""id":7"#, "id"),
            (#""time":"1""#, "time"), (#""time":-1"#, "time"), (#""time":1e999"#, "time"),
            (#""time":253402300800000"#, "time"),
            (#""sent":[]"#, "sent"), (#""title":1"#, "title"), (#""referrer":"about:blank""#, "referrer"),
            (#""referrer":false"#, "referrer"), (#""campaign_source":1"#, "campaign_source"),
            (#""campaign_medium":1"#, "campaign_medium"), (#""campaign_name":1"#, "campaign_name"),
            (#""campaign_content":1"#, "campaign_content"), (#""campaign_term":1"#, "campaign_term"),
            (#""click":"a b""#, "click"), (#""click":"~""#, "click"), (#""consent":"yes""#, "consent"),
            (#""consent":true"#, "consent"), (#""upgrade":1"#, "upgrade"), (#""engaged":-1"#, "engaged"),
            (#""engaged":4294967296"#, "engaged"), (#""scroll":101"#, "scroll"), (#""scroll":-0.1"#, "scroll"),
            (#""name":{}"#, "name"), (#""target":"ftp://a/""#, "target"), (#""target":0"#, "target"),
            (#""fields":"a""#, "fields"),
            (#""fields":[]"#, "fields"), (#""fields":{"a":1}"#, "fields"),
        ]
    )
    func aWrongOptionalFieldIsDroppedAndNamed(_ member: String, _ name: String) throws {
        var fixture = WireFixture()
        let (event, dropped) = try fixture.event(member + #","unknown":1"#)
        #expect(dropped == [name])
        #expect(fixture.text(event.url) == "example.com/a")
        #expect(event.nonce == 0 && event.scrollPercent == 0 && event.fields.isEmpty)
    }

    @Test func everyOptionalFieldCanBeDroppedTogether() throws {
        var fixture = WireFixture()
        let optional = WireKey.allCases.filter { !$0.isRequired }
        let members = optional.map { #""\#($0.text)":[1]"# }.joined(separator: ",")
        #expect(try fixture.event(members).1 == optional.map { "\($0.text)" })
    }

    @Test func aClickIsTakenUpToItsLimit() throws {
        var fixture = WireFixture()
        let click = { (count: Int) in #""click":"\#(String(repeating: "a", count: count))""# }
        #expect(try fixture.event(click(Limits.tokenBytes)).0.click.count == Limits.tokenBytes)
        #expect(try fixture.event(click(Limits.tokenBytes + 1)).1 == ["click"])
    }

    @Test func anOverlongReferrerOrTargetIsDropped() throws {
        var fixture = WireFixture()
        let long = "https://other.example/" + String(repeating: "a", count: Limits.urlBytes)
        #expect(try fixture.event(#""referrer":"\#(long)","target":"\#(long)""#).1 == ["referrer", "target"])
    }
}
