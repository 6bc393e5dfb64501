import Domain
import HTTPTypes
import Testing

@testable import Console

struct BodyTests {
    @Test func namesUnknownFieldsAndWhatWasMeant() async throws {
        let port = Port()
        let body = #"{"key": "main", "hostnames": ["www.example.com"], "time_zon": "Europe/Paris", "xyzzy": 1}"#
        let reply = try await port.send("POST", "/api/v1/sites", body: body)
        #expect(reply.status == 422)
        #expect(reply.fields == ["time_zon", "xyzzy"])
        let problems = try #require(reply.json["problems"]?.list)
        #expect(problems[0]["expected"]?.text == "“time_zone”, perhaps")
        #expect(problems[1]["expected"]?.text?.hasPrefix("one of key, hostnames") == true)
        #expect(port.administration.calls == [])
    }

    @Test func namesNestedPlaces() async throws {
        let body = #"{"email": "a@example.com", "account": {"nam": "Example"}, "fields": {"a": 1}}"#
        let reply = try await Port().send("POST", "/api/v1/contacts", body: body)
        #expect(reply.fields == ["account.nam", "fields.a"])
    }

    static let wrongSites: [(body: String, fields: [String])] = [
        (#"{}"#, ["key", "hostnames"]),
        (#"[]"#, [""]),
        (#"{"key": null, "hostnames": []}"#, ["key"]),
        (#"{"key": "a b", "hostnames": []}"#, ["key"]),
        (#"{"key": "a", "hostnames": "www.example.com"}"#, ["hostnames"]),
        (#"{"key": "a", "hostnames": ["", "b"]}"#, ["hostnames[0]"]),
        (#"{"key": "a", "hostnames": [], "mode": "all"}"#, ["mode"]),
        (#"{"key": "\#(String(repeating: "a", count: 65))", "hostnames": []}"#, ["key"]),
        (#"{"key": 1, "hostnames": {}}"#, ["key", "hostnames"]),
    ]

    @Test(arguments: wrongSites)
    func namesEachWrongField(body: String, fields: [String]) async throws {
        let reply = try await Port().send("POST", "/api/v1/sites", body: body)
        #expect(reply.status == 422)
        #expect(reply.fields == fields)
    }

    @Test(arguments: ["", "{", "nonsense", #"{"key": "a" "hostnames": []}"#])
    func refusesWhatIsNoJSON(body: String) async throws {
        let reply = try await Port().send("POST", "/api/v1/sites", body: body)
        #expect(reply.status == 422)
        #expect(reply.fields == [""])
    }

    @Test func refusesDeepNestingBeforeItRecurses() async throws {
        let deep = String(repeating: "[", count: Limits.apiBodyBytes / 2)
        #expect(try await Port().send("POST", "/api/v1/sites", body: deep).fields == [""])
        let objects = String(repeating: "{\"a\":", count: 100_000)
        #expect(try await Port().send("POST", "/api/v1/sites", body: objects).fields == [""])
    }

    @Test(arguments: [
        (String(repeating: "[", count: Limits.jsonDepth), false),
        (String(repeating: "[", count: Limits.jsonDepth + 1), true),
        ("\"" + String(repeating: "[", count: 100) + "\"", false),
        (#"["\"[[[[[[[[[[[[[[[[[[[[["]"#, false),
        (#"["\\", "# + String(repeating: "[", count: Limits.jsonDepth), true),
        (String(repeating: "[]", count: 100), false),
    ])
    func countsLevelsOutsideTexts(text: String, isTooDeep: Bool) {
        #expect(JSONText.isTooDeep(Array(text.utf8)) == isTooDeep)
    }

    @Test func refusesOtherTypes() async throws {
        for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
            let reply = try await Port().send("POST", "/api/v1/sites", body: "{}", type: type)
            #expect(reply.status == 415)
        }
        #expect(try await Port().send("POST", "/api/v1/models", body: "{}").status == 415)
        let typed = try await Port().send(
            "PATCH",
            "/api/v1/sites/main",
            body: "{}",
            type: "application/json; charset=utf-8"
        )
        #expect(typed.status == 200)
    }

    @Test func refusesLargeBodies() async throws {
        let port = Port()
        let name = String(repeating: "a", count: Limits.apiBodyBytes)
        let reply = try await port.send("PATCH", "/api/v1/sites/main", body: "{\"name\": \"\(name)\"}")
        #expect(reply.status == 413)
        let model = String(repeating: "#", count: Limits.modelBytes + 1)
        let published = try await port.send("POST", "/api/v1/models", body: model, type: "application/yaml")
        #expect(published.status == 413)
        #expect(port.administration.calls == [])
    }

    @Test func takesABodyAsLargeAsTheLimit() async throws {
        let port = Port()
        let model = String(repeating: "#", count: Limits.modelBytes)
        let reply = try await port.send("POST", "/api/v1/models", body: model, type: "application/yaml")
        #expect(reply.status == 201)
        #expect(port.administration.calls == ["publishModel \(model)"])
    }

    @Test func tellsAtMostSoManyProblems() {
        let members = Dictionary(uniqueKeysWithValues: (0..<500).map { ("unknown\($0)", JSONValue.null) })
        let problems = InputSchemas.newSite.one.problems(in: .object(members))
        #expect(problems.count == Shape.problemLimit)
    }

    @Test(arguments: [
        ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("after=", "after"), ("limt=5", "limt"),
        ("stage=boiling", "stage"), ("awaits_confirmation=yes", "awaits_confirmation"),
    ])
    func namesEachWrongParameter(query: String, field: String) async throws {
        let port = Port()
        let reply = try await port.send("GET", "/api/v1/contacts?\(query)")
        #expect(reply.status == 422)
        #expect(reply.fields == [field])
        #expect(port.administration.calls == [])
    }

    @Test(arguments: [
        ("https://example.com", true), ("HTTP://example.com/a?b#c", true), ("http://", false), ("/path", false),
        ("javascript:alert(1)", false), ("https://user@example.com/", false), ("https://exa mple.com/", false),
        ("ftp://example.com/", false), ("https:///path", false), ("https://example.com/\n", false),
    ])
    func takesAbsoluteAddressesOnly(address: String, isTaken: Bool) {
        #expect(TextForm.address.accepts(address) == isTaken)
    }
}
