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

        func run() async throws {
            try await CommandFailure.guarding {
                switch ModelFile.load(path: self.file) {
                case .success(let model): print("\(self.file): valid, version \(model.version)")
                case .failure(let problems): throw CommandFailure(.badData, problems.description)
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

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await self.service.show("/models", ["version", "published", "offset", "is_current"])
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
                print(String(decoding: bytes, as: UTF8.self), terminator: "")
            }
        }
    }
}

/// `vendange keys`.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create, list and revoke API keys.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// `vendange keys create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key. Its secret is printed once and kept nowhere."
        )

        @Argument(help: "Who or what will use it.")
        var name: String

        @Option(name: .customLong("scope"), help: "read, write or admin. Repeatable.")
        var scopes: [String] = ["read"]

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let body = JSON.object([
                    "name": .string(self.name), "scopes": .array(self.scopes.map(JSON.string)),
                ])
                let created = try await self.service.client().call("POST", "/keys", body: body)
                print(self.service.json ? created.pretty : created["secret"].shown)
            }
        }
    }

    /// `vendange keys list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys; secrets are not among what is kept.")

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await self.service.show("/keys", ["id", "name", "scopes", "created", "last_used_day"])
        }
    }

    /// `vendange keys revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a key at once.")

        @Argument(help: "Its number.")
        var id: Int

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                _ = try await self.service.client().call("DELETE", "/keys/\(self.id)")
                if !self.service.json { print("revoked key \(self.id)") }
            }
        }
    }
}

/// `vendange deliveries`.
struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "List deliveries and dead letters, and try them again.",
        subcommands: [List.self, Retry.self]
    )

    /// `vendange deliveries list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List deliveries, newest first.")

        @Option(help: "pending, delivered, dead, cancelled or historic.")
        var state: String?

        @Option(help: "A destination's name.")
        var destination: String?

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            let query = [("state", self.state), ("destination", self.destination)]
            let names = ["id", "created", "kind", "destination", "state", "attempts", "due", "last_attempt"]
            try await self.service.show("/deliveries" + query.inQuery, names)
        }
    }

    /// `vendange deliveries retry`.
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Try dead letters again: one, or all.")

        @Argument(help: "A delivery's number; all dead letters if not given.")
        var id: Int?

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let path = self.id.map { "/deliveries/\($0)/retry" } ?? "/deliveries/retry"
                let body: JSON? = self.id == nil ? .object([String: JSON]()) : nil
                let answer = try await self.service.client().call("POST", path, body: body)
                print(self.service.json ? answer.pretty : "will be tried again \(answer["retried"].shown)")
            }
        }
    }
}

/// `vendange status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the running service in figures: log, lag, outcomes of events, destinations."
    )

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await CommandFailure.guarding {
            let client = try self.service.client()
            let status = try await client.call("GET", "/status")
            if self.service.json { return print(status.pretty) }
            for section in ["log", "outcomes", "store"] {
                print(section)
                for (name, value) in status[section].members { print("  \(name): \(value.shown)") }
            }
        }
    }
}

/// `vendange tail`.
struct TailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show events as they are recorded, with what became of each, until interrupted."
    )

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await CommandFailure.guarding {
            try await self.service.client().lines("/live") { line in
                guard line.hasPrefix("data:") else { return }
                let text = line.dropFirst(5).drop { $0 == " " }
                if self.service.json { return print(text) }
                guard let event = try? JSONDecoder().decode(JSON.self, from: Data(text.utf8)) else { return }
                let names = ["time", "kind", "url", "outcome", "reason", "contact"]
                print(names.map { event[$0].shown }.filter { !$0.isEmpty }.joined(separator: "  "))
            }
        }
    }
}
