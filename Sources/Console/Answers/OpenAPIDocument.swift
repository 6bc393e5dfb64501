import Domain
import Foundation

/// The description of the private port (OpenAPI 3.1.0), made from the ``RouteTable`` alone.
enum OpenAPIDocument {
    /// The document as JSON, the same bytes for the same version.
    static func text(version: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(self.make(version: version)), as: UTF8.self)
    }

    private static func make(version: String) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        for route in RouteTable.all {
            var members = paths[route.path]?.members ?? [:]
            members[route.method.rawValue.lowercased()] = self.operation(route)
            paths[route.path] = .object(members)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Vendange, private port",
                "version": .text(version),
                "description": """
                Everything people and tools ask of the service. Lists come in pages: send the `next` of one as the \
                `after` of the following request. Errors are problems as of RFC 9457.
                """,
            ],
            "servers": [["url": "/"]],
            "paths": .object(paths),
            "components": [
                "schemas": .object(self.schemas),
                "responses": [
                    "Problem": [
                        "description": "What went wrong, and what to do",
                        "content": ["application/problem+json": ["schema": SystemSchemas.problem.reference]],
                    ]
                ],
                "securitySchemes": [
                    "key": [
                        "type": "http", "scheme": "bearer",
                        "description": "A key of `vendange keys create`: vdg_… Scopes: read, write, admin.",
                    ]
                ],
            ],
        ]
    }

    private static var schemas: [String: JSONValue] {
        var schemas: [String: JSONValue] = [:]
        var objects = SystemSchemas.problem.one.objects
        for route in RouteTable.all {
            if case .json(let body) = route.body { objects += body.one.objects }
            if case .json(let shape, _) = route.outcome { objects += shape.objects }
        }
        for object in objects { schemas[object.name] = object.schema }
        return schemas
    }

    private static func operation(_ route: Route) -> JSONValue {
        var members: [String: JSONValue] = [
            "operationId": .text(route.operation),
            "summary": .text(route.summary),
            "tags": [.text(route.tag)],
            "responses": .object(self.responses(route)),
        ]
        switch route.access {
        case .open: members["security"] = []
        case .metrics: members["security"] = [[:], ["key": ["read"]]]
        case .scope(let scope): members["security"] = [["key": [.text(scope.name)]]]
        }
        let parameters = route.parameters.map(self.pathParameter) + route.query.map(self.queryParameter)
        if !parameters.isEmpty { members["parameters"] = .list(parameters) }
        switch route.body {
        case .none: break
        case .json(let shape):
            members["requestBody"] = [
                "required": .flag(true), "content": ["application/json": ["schema": shape.reference]],
            ]
        case .yaml:
            members["requestBody"] = [
                "required": .flag(true),
                "content": [
                    "application/yaml": [
                        "schema": ["type": "string", "maxLength": .integer(Int64(Limits.modelBytes))]
                    ]
                ],
            ]
        }
        return .object(members)
    }

    private static func responses(_ route: Route) -> [String: JSONValue] {
        var responses: [String: JSONValue] = [
            "default": ["$ref": "#/components/responses/Problem"]
        ]
        switch route.outcome {
        case .json(let shape, let status):
            let content: JSONValue = ["application/json": ["schema": shape.schema]]
            responses[String(status)] = ["description": .text(route.summary), "content": content]
            if route.operation == "putContact" {
                responses["201"] = ["description": "There was none before", "content": content]
            }
            if route.access == .open {
                responses["503"] = ["description": "Something is wrong; the reasons say what", "content": content]
            }
        case .noContent:
            responses["204"] = ["description": "Done"]
        case .other(let type):
            let schema: JSONValue = type == "application/json" ? ["type": "object"] : ["type": "string"]
            responses["200"] = [
                "description": .text(route.summary), "content": .object([type: ["schema": schema]]),
            ]
        }
        return responses
    }

    private static func pathParameter(_ name: String) -> JSONValue {
        var schema: [String: JSONValue] = ["type": "string"]
        if name == "contact" { schema["description"] = .text(TextForm.contact.expectation) }
        return ["name": .text(name), "in": "path", "required": .flag(true), "schema": .object(schema)]
    }

    private static func queryParameter(_ field: ObjectShape.Field) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .text(field.name), "in": "query", "required": .flag(field.isRequired),
            "schema": field.shape.schema,
        ]
        if !field.note.isEmpty { members["description"] = .text(field.note) }
        return .object(members)
    }
}
