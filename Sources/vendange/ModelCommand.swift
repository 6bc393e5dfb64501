import ArgumentParser
import Domain
import Foundation
import Settings

/// `vendange model`.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Check, publish and show scoring models.",
        subcommands: [Check.self, Publish.self, List.self, Show.self]
    )

    /// `vendange model check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Validate a model file; no service is needed. Exit code 65 if it has problems."
        )

        @Argument(help: "The file.")
        var file: String

        @OptionGroup var output: JSONOption

        func run() async throws {
            try await CommandFailure.guarding {
                guard FileManager.default.isReadableFile(atPath: self.file) else {
                    throw CommandFailure(.noInput, "\(self.file): cannot be read")
                }
                switch ModelFile.load(path: self.file) {
                case .success(let model):
                    let told = JSON.object(["is_valid": .flag(true), "version": .number(Double(model.version))])
                    print(self.output.json ? told.pretty : "\(self.file): valid, version \(model.version)")
                case .failure(let problems):
                    if self.output.json {
                        let list = JSON.array(problems.problems.map(JSON.init(problem:)))
                        print(JSON.object(["is_valid": .flag(false), "problems": list]).pretty)
                    }
                    throw CommandFailure(.badData, problems.description)
                }
            }
        }
    }

    /// `vendange model publish`.
    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish a model file: it holds for every event from then on, and hands nobody over by itself."
        )

        @Argument(help: "The file.")
        var file: String

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                guard let text = try? String(contentsOfFile: self.file, encoding: .utf8) else {
                    throw CommandFailure(.noInput, "\(self.file): cannot be read")
                }
                if case .failure(let problems) = ModelFile.parse(text, file: self.file) {
                    throw CommandFailure(.badData, problems.description)
                }
                let model = try await self.service.client().call("POST", "/models", text: text)
                print(self.service.json ? model.pretty : "published version \(model["version"].shown)")
            }
        }
    }

    /// `vendange model list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List published models, newest first.")

        @OptionGroup var page: PageOptions
        @OptionGroup var service: ServiceOptions

        func run() async throws {
            let names = ["version", "published", "offset", "is_current"]
            try await self.service.show("/models", page: self.page, names)
        }
    }

    /// `vendange model show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print a published model's YAML.")

        @Argument(help: "Its version; the one in force if not given.")
        var version: Int?

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let client = try self.service.client()
                var number = self.version
                if number == nil {
                    number = try await client.call("GET", "/models/current")["version"].number.map { Int($0) }
                }
                let bytes = try await client.bytes("GET", "/api/v1/models/\(number ?? 0)/source")
                let source = String(decoding: bytes, as: UTF8.self)
                guard self.service.json else { return print(source, terminator: "") }
                let version = JSON.number(Double(number ?? 0))
                print(JSON.object(["version": version, "source": .string(source)]).pretty)
            }
        }
    }
}

extension JSON {
    /// A problem of a file.
    init(problem: SettingsProblem) {
        self = .object([
            "line": problem.line.map { .number(Double($0)) } ?? .null, "field": .string(problem.field),
            "message": .string(problem.message),
        ])
    }
}
