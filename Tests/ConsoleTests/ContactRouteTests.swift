import Domain
import Testing

@testable import Console

struct ContactRouteTests {
    @Test func readsEverythingAContactCanHave() async throws {
        let port = Port()
        let body = """
            {"crm_id": "new", "email": " Ada@Example.COM", "first_name": "Ada", "last_name": "L", "phone": "1",
             "language": "fr", "status": "prospect", "role": "decision",
             "account": {"key": "crm:7", "name": "Example", "domain": "example.com"},
             "owner": {"key": "owner@example.com", "name": "Olive"},
             "consents": {"opens": true, "clicks": false}, "fields": {"b": "2", "a": "1"}}
            """
        let reply = try await port.send("POST", "/api/v1/contacts", body: body)
        #expect(reply.status == 201)
        var expected = ContactInput()
        expected.crmID = "new"
        expected.email = EmailAddress("ada@example.com")
        expected.firstName = "Ada"
        expected.lastName = "L"
        expected.phone = "1"
        expected.language = "fr"
        expected.status = .prospect
        expected.role = "decision"
        expected.account = ContactInput.Account(key: "crm:7", name: "Example", domain: "example.com")
        expected.owner = ContactInput.Owner(key: "owner@example.com", name: "Olive")
        expected.consents = ConsentsInput()
        expected.consents?.opens = true
        expected.consents?.clicks = false
        expected.fields = [ContactField(name: "a", value: "1"), ContactField(name: "b", value: "2")]
        #expect(port.administration.recorded.lastContactInput == expected)
    }

    @Test func tellsNewFromKnown() async throws {
        let reply = try await Port().send("POST", "/api/v1/contacts", body: #"{"crm_id": "42"}"#)
        #expect(reply.status == 200)
        #expect(reply.json["crm_id"]?.text == "42")
        #expect(reply.json["standing"]?["page_views"]?.integer == 0)
        #expect(reply.json["fields"]?["revenue_12m"]?.text == "10000")
        #expect(reply.json["last_open_day"]?.text == "2026-03-01")
        #expect(reply.json["standing"]?["as_of"]?.text == "2026-03-01T08:15:00Z")
    }

    @Test func refusesAContactWithoutAKey() async throws {
        let port = Port()
        let reply = try await port.send("POST", "/api/v1/contacts", body: #"{"first_name": "Ada"}"#)
        #expect(reply.status == 422)
        #expect(port.administration.calls == [])
    }

    @Test(arguments: [
        ("0123456789abcdef", "0123456789abcdef"), ("A%40Example.com", "a@example.com"),
        ("a@example.com", "a@example.com"), ("crm:42", "crm:42"), ("crm%3A4%2F2", "crm:4/2"),
    ])
    func takesEachKindOfReference(path: String, text: String) async throws {
        let port = Port()
        #expect(try await port.send("GET", "/api/v1/contacts/\(path)").status == 200)
        #expect(port.administration.calls == ["contact \(text)"])
    }

    @Test(arguments: ["nobody", "crm:", "0123456789abcdeg"])
    func refusesOtherReferences(path: String) async throws {
        let reply = try await Port().send("GET", "/api/v1/contacts/\(path)")
        #expect(reply.status == 422)
        #expect(reply.fields == ["contact"])
    }

    @Test func refusesEachContactOfABatchOnItsOwn() async throws {
        let port = Port()
        let body = """
            {"dry_run": true, "contacts": [
              {"email": "a@example.com", "title": "PDG"}, {"email": "nowhere"}, {"first_name": "Ada"},
              {"crm_id": "1", "fields": {"Not A Name": "1"}}, {"crm_id": "2", "mail_consent": true}, 5,
              {"crm_id": "3"}, {"crm_id": "4"}]}
            """
        let reply = try await port.send("POST", "/api/v1/contacts/import", body: body)
        #expect(reply.status == 200)
        let results = reply.json["items"]?.list?.compactMap { $0["result"]?.text }
        #expect(
            results == ["new", "refused", "refused", "refused", "changed", "refused", "unchanged", "refused"]
        )
        #expect(
            reply.json["counts"] == [
                "new": .integer(1), "changed": .integer(1), "unchanged": .integer(1), "refused": .integer(5),
            ]
        )
        #expect(reply.json["dry_run"] == .flag(true))
        #expect(ContactSchemas.importAnswer.one.problems(in: reply.json) == [])
        #expect(port.administration.calls == ["importContacts true"])
        let drafts = port.administration.recorded.lastDrafts
        #expect(drafts.map(\.crmID) == [nil, "2", "3", "4"])
        #expect(drafts[0].role == "decision")
        #expect(drafts[1].mailConsent == true)
    }

    @Test func limitsABatch() async throws {
        let contacts = Array(repeating: #"{"crm_id": "1"}"#, count: Limits.apiBatchItems + 1)
        let reply = try await Port().send(
            "POST",
            "/api/v1/contacts/import",
            body: "{\"contacts\": [\(contacts.joined(separator: ","))]}"
        )
        #expect(reply.status == 422)
        #expect(reply.fields == ["contacts"])
    }

    @Test func givesPointsInTheKeysNameUnlessToldOtherwise() async throws {
        let port = Port()
        let body = #"{"points": -2.5, "group": "sales", "reason": "r", "expires": "2026-03-01T09:15:00+01:00"}"#
        _ = try await port.send("POST", "/api/v1/contacts/crm:42/entries", key: "vdg_write", body: body)
        let entry = port.administration.recorded.lastEntry
        #expect(
            entry
                == ManualEntryInput(
                    points: -2.5,
                    group: "sales",
                    reason: "r",
                    author: "key of write",
                    expires: FakeAdministration.moment
                )
        )
        _ = try await port.send(
            "POST",
            "/api/v1/contacts/crm:42/answer",
            body: #"{"answer": "not_now", "author": "Olive"}"#
        )
        #expect(port.administration.calls.last == "answerLead crm:42 not_now by Olive")
    }

    @Test func clicksAreJudgedInTheKeysNameUnlessToldOtherwise() async throws {
        let port = Port()
        let path = "/api/v1/contacts/crm:42/verdicts"
        _ = try await port.send("POST", path, key: "vdg_write", body: #"{"verdict": "human"}"#)
        #expect(port.administration.calls.last == "reinstate crm:42 by key of write")
        _ = try await port.send("POST", path, body: #"{"verdict": "human", "author": "Olive"}"#)
        #expect(port.administration.calls.last == "reinstate crm:42 by Olive")
        #expect(try await port.send("POST", path, body: #"{"verdict": "machine"}"#).fields == ["verdict"])
    }

    @Test func changesOnlyTheConsentsNamed() async throws {
        let port = Port()
        _ = try await port.send("PUT", "/api/v1/contacts/crm:42/consents", body: #"{"objected": true}"#)
        var expected = ConsentsInput()
        expected.objected = true
        #expect(port.administration.recorded.lastConsents == expected)
        #expect(expected.applied(to: .default) == [.clicks, .objected])
    }
}
