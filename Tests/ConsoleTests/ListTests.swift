import Domain
import Testing

@testable import Console

struct ListTests {
    static let paged = RouteTable.all.filter { route in route.query.contains { $0.name == "after" } }

    @Test(arguments: paged)
    func passesOnWhichPartIsAskedFor(route: Route) async throws {
        let port = Port()
        let path = Sample.path(route)
        let separator = path.contains("?") ? "&" : "?"
        _ = try await port.send("GET", path)
        #expect(port.administration.recorded.lastPage == PageRequest(after: nil, limit: 50))
        _ = try await port.send("GET", "\(path)\(separator)limit=500&after=a%2Fb")
        #expect(port.administration.recorded.lastPage == PageRequest(after: "a/b", limit: 500))
    }

    @Test func tellsWhereToGoOn() async throws {
        let port = Port()
        let contacts = try await port.send("GET", "/api/v1/contacts")
        #expect(contacts.json["next"]?.text == "0123456789abcdef")
        #expect(contacts.json["items"]?.list?.count == 1)
        let leads = try await port.send("GET", "/api/v1/leads")
        #expect(leads.json["next"] == nil)
    }

    @Test func filtersContacts() async throws {
        let port = Port()
        let query = "stage=hot&owner=o%40example.com&account=crm:7&awaits_confirmation=true&search=Ada%20L"
        _ = try await port.send("GET", "/api/v1/contacts?\(query)")
        var expected = ContactQuery()
        expected.stage = .hot
        expected.owner = "o@example.com"
        expected.account = "crm:7"
        expected.awaitsConfirmation = true
        expected.search = "Ada L"
        #expect(port.administration.recorded.lastQuery == expected)
    }

    @Test func filtersLeadsAndDeliveries() async throws {
        let port = Port()
        _ = try await port.send("GET", "/api/v1/leads?state=open&owner=o&contact=crm:42")
        _ = try await port.send("GET", "/api/v1/deliveries?state=dead&destination=crm")
        _ = try await port.send("POST", "/api/v1/deliveries/retry?destination=crm")
        _ = try await port.send("POST", "/api/v1/deliveries/retry")
        #expect(
            port.administration.calls == [
                "leads open o crm:42", "deliveries dead crm", "retryDeadDeliveries crm", "retryDeadDeliveries all",
            ]
        )
    }

    @Test func countsTheAudienceOfDays() async throws {
        let port = Port()
        _ = try await port.send("GET", "/api/v1/sites/main/audience?from=2026-03-01&through=2026-03-31")
        _ = try await port.send("GET", "/api/v1/sites/main/audience?from=2026-03-01")
        #expect(port.administration.calls == ["audience main 20513 20543", "audience main 20513 20513"])
        let backwards = try await port.send("GET", "/api/v1/sites/main/audience?from=2026-03-02&through=2026-03-01")
        #expect(backwards.fields == ["through"])
        let nowhere = try await port.send("GET", "/api/v1/sites/main/audience?from=2026-02-30")
        #expect(nowhere.fields == ["from"])
    }

    @Test(arguments: ["/api/v1/deliveries/x/attempts", "/api/v1/models/-1/source", "/api/v1/models/99999999999/source"])
    func knowsNumbersFromOtherTexts(path: String) async throws {
        #expect(try await Port().send("GET", path).status == 404)
    }
}
