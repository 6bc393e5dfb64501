import Domain
import HTTPTypes

/// One operation of the private port: everything the router, the gate and the OpenAPI document need to know of it.
struct Route: Sendable {
    /// The methods routes take.
    enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"

        /// The router's word for it.
        var httpMethod: HTTPRequest.Method {
            switch self {
            case .get: .get
            case .post: .post
            case .put: .put
            case .patch: .patch
            case .delete: .delete
            }
        }
    }

    /// Who may call it.
    enum Access: Equatable, Sendable {
        /// Anybody who reaches the port.
        case open
        /// Anybody, unless metrics are configured to need a key.
        case metrics
        /// Who has a key with this scope or a higher one.
        case scope(Scope)
    }

    /// What it reads from the body.
    enum Body: Sendable {
        case none
        case json(ObjectShape)
        /// A model's YAML.
        case yaml
    }

    /// What it answers when all is well.
    enum Outcome: Sendable {
        /// JSON; besides 200 other statuses of the same shape.
        case json(Shape, status: Int)
        case noContent
        /// Something that is not JSON, with its type.
        case other(String)
    }

    var method: Method
    /// `/api/v1/sites/{key}`
    var path: String
    /// Unique; names the operation in clients made from the document.
    var operation: String
    var summary: String
    var access: Access
    var query: [ObjectShape.Field] = []
    var body = Body.none
    var outcome: Outcome
    var handler: @Sendable (Call) async throws -> Answer

    /// The names in braces of the path, in order.
    var parameters: [String] {
        self.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The part of the service it belongs to: what follows `/api/v1/`, or its first component.
    var tag: String {
        let components = self.path.split(separator: "/").filter { $0 != "api" && $0 != "v1" }
        return components.first.map(String.init) ?? "page"
    }

    /// Whether an address is one of this route's; braces stand for one component.
    func matches(_ path: String) -> Bool {
        let pattern = self.path.split(separator: "/")
        let components = path.split(separator: "/")
        return pattern.count == components.count
            && zip(pattern, components).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

extension Route {
    static func get(
        _ path: String,
        _ operation: String,
        _ summary: String,
        access: Access = .scope(.read),
        query: [ObjectShape.Field] = [],
        answers shape: Shape,
        _ handler: @escaping @Sendable (Call) async throws -> Answer
    ) -> Route {
        Route(
            method: .get,
            path: path,
            operation: operation,
            summary: summary,
            access: access,
            query: query,
            outcome: .json(shape, status: 200),
            handler: handler
        )
    }

    /// A list in pages: takes `limit` and `after` beside its own parameters.
    static func page(
        _ path: String,
        _ operation: String,
        _ summary: String,
        query: [ObjectShape.Field] = [],
        of item: ObjectShape,
        _ handler: @escaping @Sendable (Call) async throws -> Answer
    ) -> Route {
        let paging: [ObjectShape.Field] = [
            .optional("limit", .integer(1...Int64(Limits.apiPageItems)), "How many items; 50 if it is not given."),
            .optional("after", .text(256, .filled), "The `next` of the page before."),
        ]
        let shape = ObjectShape(
            item.name + "Page",
            [
                .required("items", .list(.object(item))),
                .optional("next", .text(256), "Not there on the last page."),
            ]
        )
        return .get(path, operation, summary, query: query + paging, answers: .object(shape), handler)
    }

    static func change(
        _ method: Method,
        _ path: String,
        _ operation: String,
        _ summary: String,
        _ scope: Scope,
        query: [ObjectShape.Field] = [],
        body: Body = .none,
        _ outcome: Outcome,
        _ handler: @escaping @Sendable (Call) async throws -> Answer
    ) -> Route {
        Route(
            method: method,
            path: path,
            operation: operation,
            summary: summary,
            access: .scope(scope),
            query: query,
            body: body,
            outcome: outcome,
            handler: handler
        )
    }
}
