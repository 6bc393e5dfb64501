import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Carries out one route: who calls, may they, is what they sent right; then the handler.
struct RouteResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let route: Route
    let settings: ConsoleServer.Settings
    let administration: any Administration
    let live: LiveStreams

    func respond(to request: Request, context: Context) async throws -> Response {
        var call = Call(administration: self.administration, settings: self.settings)
        // Before anything of the request is read: who may not call costs nothing.
        call.principal = try await self.authorised(request)
        call.parameters = try self.parameters(context)
        call.query = try self.query(request)
        call.language = PageLanguage(accepted: request.headers[.acceptLanguage] ?? "")
        switch self.route.body {
        case .none: break
        case .json(let shape): call.body = try await self.json(request, shape)
        case .yaml: call.text = try await self.yaml(request)
        }
        let answer = try await self.route.handler(call)
        if let principal = call.principal, self.route.method != .get {
            context.logger.info(
                "administration changed something",
                metadata: ["operation": "\(self.route.operation)", "principal": "\(principal.name)"]
            )
        }
        return try Response(answer, live: self.live)
    }

    private func authorised(_ request: Request) async throws -> Principal? {
        let needed: Scope
        switch self.route.access {
        case .open: return nil
        case .metrics where !self.settings.metricsNeedKey: return nil
        case .metrics: needed = .read
        case .scope(let scope): needed = scope
        }
        let parts = (request.headers[.authorization] ?? "").split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].hasPrefix("vdg_"), parts[1].count <= 128,
            let principal = try await self.administration.authenticate(String(parts[1]))
        else { throw AdministrationError.unauthenticated }
        guard principal.reaches(needed) else { throw AdministrationError.forbidden(needed: needed) }
        return principal
    }

    private func parameters(_ context: Context) throws -> [String: String] {
        var parameters: [String: String] = [:]
        for name in self.route.parameters {
            let text = context.parameters.get(name) ?? ""
            guard let decoded = text.removingPercentEncoding, decoded.utf8.count <= 512 else {
                throw AdministrationError.notFound("\(name) “\(text.prefix(64))”")
            }
            parameters[name] = decoded
        }
        return parameters
    }

    private func query(_ request: Request) throws -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for (name, value) in request.uri.queryParameters {
            let text = String(value)
            let shape = self.route.query.first { $0.name == name }?.shape
            members[String(name)] =
                switch shape {
                case .integer: Int64(text).map(JSONValue.integer) ?? .text(text)
                case .flag: ["true": .flag(true), "false": .flag(false)][text] ?? .text(text)
                default: .text(text)
                }
        }
        let value = JSONValue.object(members)
        let problems = Shape.object(ObjectShape("query", self.route.query)).problems(in: value)
        guard problems.isEmpty else { throw AdministrationError.invalid(problems) }
        return members
    }

    private func json(_ request: Request, _ shape: ObjectShape) async throws -> JSONValue {
        try Self.check(request, types: ["application/json"])
        let bytes = try await Self.bytes(of: request, upTo: Limits.apiBodyBytes)
        guard !JSONText.isTooDeep(bytes), let body = JSONValue(parsing: Data(bytes)) else {
            throw AdministrationError.invalid([
                FieldProblem(
                    field: "",
                    expected: "a JSON object, at most \(Limits.jsonDepth) levels deep",
                    got: bytes.isEmpty ? "nothing" : "something else"
                )
            ])
        }
        let problems = shape.one.problems(in: body)
        guard problems.isEmpty else { throw AdministrationError.invalid(problems) }
        return body
    }

    private func yaml(_ request: Request) async throws -> String {
        try Self.check(
            request,
            types: ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain"]
        )
        let bytes = try await Self.bytes(of: request, upTo: Limits.modelBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw AdministrationError.invalid([FieldProblem(field: "", expected: "UTF-8", got: "other bytes")])
        }
        return text
    }

    private static func check(_ request: Request, types: [String]) throws {
        let type = (request.headers[.contentType] ?? "").split(separator: ";").first ?? ""
        guard types.contains(type.lowercased().filter { !$0.isWhitespace }) else {
            throw AdministrationError.unsupportedMediaType(expected: types[0])
        }
    }

    private static func bytes(of request: Request, upTo limit: Int) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
            throw AdministrationError.tooLarge(limitBytes: limit)
        }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limit else {
                throw AdministrationError.tooLarge(limitBytes: limit)
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}
