import Domain
import HTTPTypes
import Testing

@testable import Console

struct ErrorTests {
    static let errors: [(error: AdministrationError, status: Int, slug: String)] = [
        (.invalid([FieldProblem(field: "hostnames[0]", expected: "a host", got: "“?”")]), 422, "invalid"),
        (.unauthenticated, 401, "unauthenticated"),
        (.forbidden(needed: .admin), 403, "forbidden"),
        (.notFound("site “x”"), 404, "not-found"),
        (.methodNotAllowed(["GET"]), 405, "method-not-allowed"),
        (.conflict("The key “main” is taken."), 409, "conflict"),
        (.tooLarge(limitBytes: 10), 413, "too-large"),
        (.unsupportedMediaType(expected: "application/json"), 415, "unsupported-media-type"),
        (.misdirected(host: "evil.example"), 421, "misdirected"),
        (.unavailable(retryAfterSeconds: 5, "The disk is full."), 503, "unavailable"),
        (.failed, 500, "failed"),
    ]

    @Test(arguments: errors)
    func becomesAProblem(error: AdministrationError, status: Int, slug: String) async throws {
        let port = Port()
        port.administration.fail(error)
        let reply = try await port.send("GET", "/api/v1/sites")
        #expect(reply.status == status)
        #expect(reply.headers[.contentType] == "application/problem+json")
        #expect(SystemSchemas.problem.one.problems(in: reply.json) == [])
        #expect(reply.json["type"]?.text == "urn:vendange:problem:\(slug)")
        #expect(reply.json["status"]?.integer == Int64(status))
        #expect(reply.json["title"]?.text == error.title)
        #expect(reply.json["detail"]?.text == error.detail)
        let id = try #require(reply.header("X-Request-Id"))
        #expect(reply.json["instance"]?.text == "urn:vendange:request:\(id)")
        #expect(reply.fields == error.problems.map(\.field))
    }

    @Test func tellsWhenToTryAgain() async throws {
        let port = Port()
        port.administration.fail(AdministrationError.unavailable(retryAfterSeconds: 7, "The log is closing."))
        #expect(try await port.send("GET", "/api/v1/sites").headers[.retryAfter] == "7")
    }

    @Test func keepsDefectsToItself() async throws {
        struct Secret: Error { let password = "hunter2" }
        let port = Port()
        port.administration.fail(Secret())
        let reply = try await port.send("GET", "/api/v1/sites")
        #expect(reply.status == 500)
        #expect(!reply.text.contains("hunter2") && !reply.text.contains("Secret"))
    }

    @Test func knowsWhatIsNotThere() async throws {
        let reply = try await Port().send("GET", "/api/v1/nothing")
        #expect(reply.status == 404)
        #expect(reply.json["type"]?.text == "urn:vendange:problem:not-found")
    }

    @Test(arguments: [
        ("DELETE", "/api/v1/sites", "GET, POST"), ("POST", "/", "GET"), ("PUT", "/api/v1/sites/main", "DELETE, PATCH"),
    ])
    func knowsWhatAnAddressTakes(method: String, path: String, allowed: String) async throws {
        let reply = try await Port().send(method, path)
        #expect(reply.status == 405)
        #expect(reply.headers[.allow] == allowed)
    }

    @Test(arguments: ["/api/v1/sites", "/", "/nothing", "/health/live", "/metrics"])
    func carriesItsIdAndSecurityHeaders(path: String) async throws {
        let port = Port()
        let first = try await port.send("GET", path)
        let second = try await port.send("GET", path)
        #expect(first.header("X-Request-Id") != nil)
        #expect(first.header("X-Request-Id") != second.header("X-Request-Id"))
        #expect(first.header("X-Content-Type-Options") == "nosniff")
        #expect(first.header("Cache-Control") == "no-store")
        #expect(first.header("Content-Security-Policy")?.contains("default-src 'none'") == true)
        #expect(first.header("Referrer-Policy") == "no-referrer")
        #expect(first.header("X-Frame-Options") == "DENY")
        #expect(first.header("Server") == nil)
    }
}
