import Domain
import Testing

@testable import Console

struct ContentRouteTests {
    @Test func signsTokensForThoseWhoAsk() async throws {
        let port = Port()
        let body = #"{"purpose": "quote", "contact": "a@example.com", "object": 9}"#
        let reply = try await port.send("POST", "/api/v1/tokens", body: body)
        #expect(reply.json["addresses"]?["click"]?.text == "https://t.example.com/c/1/v1.1.x.y")
        #expect(port.administration.calls == ["createToken quote a@example.com 9 0"])
    }

    @Test(arguments: ["message", "quote"])
    func asksForTheObjectOfAToken(purpose: String) async throws {
        let body = "{\"purpose\": \"\(purpose)\", \"contact\": \"a@example.com\"}"
        #expect(try await Port().send("POST", "/api/v1/tokens", body: body).fields == ["object"])
    }

    @Test func signsNoClicks() async throws {
        let body = #"{"purpose": "click", "contact": "a@example.com"}"#
        #expect(try await Port().send("POST", "/api/v1/tokens", body: body).fields == ["purpose"])
    }

    @Test func refusesLinksThatAreNoAddresses() async throws {
        let port = Port()
        #expect(try await port.send("POST", "/api/v1/links", body: #"{"url": "/path"}"#).fields == ["url"])
        #expect(port.administration.calls == [])
    }

    @Test func showsAKeysSecretOnce() async throws {
        let port = Port()
        let body = #"{"name": "crm", "scopes": ["write", "read"]}"#
        let created = try await port.send("POST", "/api/v1/keys", body: body)
        #expect(created.json["secret"]?.text == "vdg_once")
        let listed = try await port.send("GET", "/api/v1/keys")
        #expect(!listed.text.contains("secret"))
        #expect(port.administration.calls == [#"createKey crm ["read", "write"]"#, "keys"])
        let none = try await port.send("POST", "/api/v1/keys", body: #"{"name": "crm", "scopes": []}"#)
        #expect(none.fields == ["scopes"])
    }

    @Test func validatesWithoutPublishing() async throws {
        let port = Port()
        let fine = try await port.send("POST", "/api/v1/models/validate", body: "a: 1", type: "text/yaml")
        #expect(fine.json["is_valid"] == .flag(true))
        port.administration.change {
            $0.modelProblems = [ModelFileProblem(line: 3, field: "rules[0].limit", message: "expected …")]
        }
        let wrong = try await port.send("POST", "/api/v1/models/validate", body: "a: 1", type: "text/yaml")
        #expect(wrong.status == 200)
        #expect(wrong.json["is_valid"] == .flag(false))
        #expect(wrong.json["problems"]?.list?.first?["line"]?.integer == 3)
        #expect(port.administration.calls == ["validateModel a: 1", "validateModel a: 1"])
    }

    @Test func showsAModelAsItWasWritten() async throws {
        #expect(try await Port().send("GET", "/api/v1/models/3/source").text == "version: 3\n")
    }

    @Test func setsOnlyWhatADraftNames() async throws {
        let port = Port()
        let body = #"{"mode": "exempt", "hostnames": ["WWW.Example.org"], "before_choice": "none"}"#
        let reply = try await port.send("PATCH", "/api/v1/sites/main", body: body)
        #expect(reply.json["key"]?.text == "main")
        #expect(reply.json["mode"]?.text == "exempt")
        #expect(reply.json["before_choice"]?.text == "none")
        #expect(reply.json["hostnames"] == ["www.example.org"])
        #expect(reply.json["time_zone"]?.text == "Europe/Paris")
    }
}
