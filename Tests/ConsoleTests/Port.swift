import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging

@testable import Console

/// A private port over a ``FakeAdministration``, and one way to ask it.
struct Port {
    let administration = FakeAdministration()
    var settings = ConsoleServer.Settings(version: "1.2.3")

    /// What came back.
    struct Reply {
        var status: Int
        var headers: HTTPFields
        var text: String

        var json: JSONValue { JSONValue(parsing: Data(self.text.utf8)) ?? .null }

        /// The problems' fields, in order.
        var fields: [String] { self.json["problems"]?.list?.compactMap { $0["field"]?.text } ?? [] }

        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { self.headers[$0] } }
    }

    var server: ConsoleServer {
        ConsoleServer(settings: self.settings, administration: self.administration, logger: Self.logger)
    }

    /// Swallows what is logged.
    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    func send(
        _ method: String,
        _ path: String,
        key: String? = "vdg_admin",
        body: String? = nil,
        type: String? = "application/json",
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        var headers = headers
        if let key { headers[.authorization] = "Bearer \(key)" }
        if body != nil, let type { headers[.contentType] = type }
        let request = headers
        return try await self.server.application().test(.router) { client in
            let response = try await client.execute(
                uri: path,
                method: HTTPRequest.Method(rawValue: method) ?? .get,
                headers: request,
                body: body.map { ByteBuffer(string: $0) }
            )
            return Reply(
                status: response.status.code,
                headers: response.headers,
                text: String(buffer: response.body)
            )
        }
    }
}

/// A request that each operation takes.
enum Sample {
    static let contact = "0123456789abcdef"
    static let visitor = "00000000000000010000000000000002"

    static func path(_ route: Route) -> String {
        let path = route.path.replacing("{contact}", with: self.contact).replacing("{visitor}", with: self.visitor)
            .replacing("{key}", with: route.operation == "revokeKey" ? "1" : "main")
            .replacing("{delivery}", with: "1").replacing("{account}", with: "domain:example.com")
            .replacing("{version}", with: "3").replacing("{backup}", with: "3")
        return route.operation == "siteAudience" ? path + "?from=2026-03-01" : path
    }

    static func body(_ route: Route) -> (text: String, type: String)? {
        switch route.body {
        case .none: nil
        case .yaml: ("version: 3\n", "application/yaml")
        case .json: (self.bodies[route.operation] ?? "{}", "application/json")
        }
    }

    private static let bodies = [
        "createSite": #"{"key": "main", "hostnames": ["www.example.com"]}"#,
        "putContact": #"{"email": "a@example.com"}"#,
        "importContacts": #"{"contacts": [{"email": "a@example.com"}]}"#,
        "linkVisitor": #"{"visitor": "00000000000000010000000000000002"}"#,
        "recordEvent": #"{"kind": "reply", "id": "mail-17"}"#,
        "addEntry": #"{"points": 5, "group": "sales", "reason": "met at a fair"}"#,
        "answerLead": #"{"answer": "good"}"#,
        "judgeClicks": #"{"verdict": "human"}"#,
        "createMessage": #"{"name": "March"}"#,
        "createLink": #"{"url": "https://www.example.com/"}"#,
        "createQuote": #"{"title": "Q", "url": "https://example.com/q.pdf", "contact": "a@example.com"}"#,
        "createToken": #"{"purpose": "contact", "contact": "crm:42", "link": 1}"#,
        "createKey": #"{"name": "crm", "scopes": ["read"]}"#,
    ]
}
