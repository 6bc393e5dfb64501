import Domain
import HTTPTypes
import Testing

@testable import Console

struct RouteTests {
    @Test(arguments: RouteTable.all)
    func answersAsItsShapeSays(route: Route) async throws {
        let port = Port()
        let body = Sample.body(route)
        let reply = try await port.send(
            route.method.rawValue,
            Sample.path(route),
            body: body?.text,
            type: body?.type
        )
        switch route.outcome {
        case .json(let shape, let status):
            #expect(reply.status == status, "\(reply.text)")
            #expect(reply.headers[.contentType] == "application/json")
            #expect(shape.problems(in: reply.json) == [])
        case .noContent:
            #expect(reply.status == 204, "\(reply.text)")
            #expect(reply.text.isEmpty)
        case .other(let type):
            #expect(reply.status == 200, "\(reply.text)")
            #expect(reply.headers[.contentType]?.hasPrefix(type) == true)
            #expect(!reply.text.isEmpty)
        }
    }

    @Test(arguments: RouteTable.all)
    func isOpenToTheScopesThatReachIt(route: Route) async throws {
        let port = Port()
        let keys: [(key: String?, scope: Scope?)] = [
            (nil, nil), ("vdg_wrong", nil), ("read", nil), ("vdg_read", .read), ("vdg_write", .write),
            ("vdg_admin", .admin),
        ]
        for (key, scope) in keys {
            let body = Sample.body(route)
            let reply = try await port.send(
                route.method.rawValue,
                Sample.path(route),
                key: key,
                body: body?.text,
                type: body?.type
            )
            guard case .scope(let needed) = route.access else {
                #expect(reply.status == 200)
                continue
            }
            switch scope {
            case nil:
                #expect(reply.status == 401)
                #expect(reply.headers[.wwwAuthenticate] == "Bearer realm=\"vendange\"")
            case let scope? where scope < needed:
                #expect(reply.status == 403)
                #expect(reply.header("WWW-Authenticate")?.contains("scope=\"\(needed.name)\"") == true)
            default:
                #expect((200..<300).contains(reply.status))
            }
        }
    }

    @Test(arguments: RouteTable.all)
    func asksNobodyWhenTheKeyDoesNotReach(route: Route) async throws {
        guard case .scope(let needed) = route.access else { return }
        let port = Port()
        let below = Scope.allCases.last { $0 < needed }
        // The body is not looked at either: it would be a problem of its own.
        _ = try await port.send(
            route.method.rawValue,
            Sample.path(route),
            key: below.map { "vdg_\($0.name)" },
            body: "{",
            type: "image/gif"
        )
        #expect(port.administration.calls == [])
    }

    @Test func changesNeedMoreThanReading() {
        for route in RouteTable.all where route.method != .get && route.operation != "validateModel" {
            #expect(route.access == .scope(.write) || route.access == .scope(.admin), "\(route.operation)")
        }
        for route in RouteTable.all where route.path.hasPrefix("/api/v1/") {
            #expect(route.access != .open && route.access != .metrics, "\(route.operation)")
        }
    }

    @Test func whatReachesEverybodyNeedsTheHighestScope() {
        let admin = RouteTable.all.filter { $0.access == .scope(.admin) }.map(\.operation)
        #expect(
            Set(admin) == [
                "createSite", "updateSite", "deleteSite", "eraseContact", "publishModel", "listKeys", "createKey",
                "revokeKey", "beginBackup", "endBackup",
            ]
        )
        let open = RouteTable.all.filter { $0.access == .open || $0.access == .metrics }.map(\.operation)
        #expect(
            Set(open) == [
                "start", "contactPage", "contactScript", "contactStyle", "openapi", "liveHealth", "readyHealth",
                "scoringHealth", "metrics",
            ]
        )
    }

    @Test func operationsAndAddressesAreUnique() {
        #expect(Set(RouteTable.all.map(\.operation)).count == RouteTable.all.count)
        #expect(Set(RouteTable.all.map { "\($0.method) \($0.path)" }).count == RouteTable.all.count)
    }

    @Test func schemasOfOneNameAreTheSame() {
        var schemas: [String: JSONValue] = [:]
        for route in RouteTable.all {
            var objects: [ObjectShape] = []
            if case .json(let body) = route.body { objects += body.one.objects }
            if case .json(let shape, _) = route.outcome { objects += shape.objects }
            for object in objects {
                #expect(schemas[object.name] == nil || schemas[object.name] == object.schema, "\(object.name)")
                schemas[object.name] = object.schema
            }
        }
    }
}
