import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import Console

struct OpenAPITests {
    private static func document() async throws -> JSONValue {
        try await Port().send("GET", "/api/openapi.json", key: nil).json
    }

    @Test func describesWhatTheRouterTakesAndNothingElse() async throws {
        let document = try await Self.document()
        var described: Set<String> = []
        for (path, operations) in try #require(document["paths"]?.members) {
            for method in try #require(operations.members).keys { described.insert("\(method.uppercased()) \(path)") }
        }
        let routed = Set(Port().server.router().routes.map { "\($0.method.rawValue) \($0.path.description)" })
        #expect(described == routed)
        #expect(described.count == RouteTable.all.count)
    }

    @Test func describesEachRouteAsItIs() async throws {
        let document = try await Self.document()
        for route in RouteTable.all {
            let operation = try #require(document["paths"]?[route.path]?[route.method.rawValue.lowercased()])
            #expect(operation["operationId"]?.text == route.operation)
            let parameters = operation["parameters"]?.list ?? []
            let inPath = parameters.filter { $0["in"]?.text == "path" }.compactMap { $0["name"]?.text }
            let inQuery = parameters.filter { $0["in"]?.text == "query" }.compactMap { $0["name"]?.text }
            #expect(inPath == route.parameters)
            #expect(inQuery == route.query.map(\.name))
            #expect((operation["requestBody"] != nil) == (Sample.body(route) != nil))
            if case .scope(let scope) = route.access {
                #expect(operation["security"] == [["key": [.text(scope.name)]]])
            }
        }
    }

    @Test func definesEverySchemaItRefersTo() async throws {
        let document = try await Self.document()
        let defined = Set(try #require(document["components"]?["schemas"]?.members).keys)
        var referred: Set<String> = []
        func visit(_ value: JSONValue) {
            if let name = value["$ref"]?.text?.split(separator: "/").last { referred.insert(String(name)) }
            value.members?.values.forEach(visit)
            value.list?.forEach(visit)
        }
        visit(document)
        // "Problem" is a schema and a response.
        #expect(referred == defined)
    }

    /// Writes the document for validators, where asked to.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["VENDANGE_OPENAPI_PATH"] != nil))
    func isWrittenForValidators() throws {
        let path = try #require(ProcessInfo.processInfo.environment["VENDANGE_OPENAPI_PATH"])
        try Data(OpenAPIDocument.text(version: "0.0.0").utf8).write(to: URL(filePath: path))
    }
}
