import ArgumentParser
import Foundation

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

        @OptionGroup var page: PageOptions
        @OptionGroup var service: ServiceOptions

        func run() async throws {
            let query = [("state", self.state), ("destination", self.destination)]
            let names = ["id", "created", "kind", "destination", "state", "attempts", "due", "last_attempt"]
            try await self.service.show("/deliveries", query, page: self.page, names)
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
                print(self.service.json ? answer.pretty : "will be tried again: \(answer["retried"].shown)")
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
        abstract: "Show accepted events as they are recorded, and what they score, until interrupted.",
        discussion: """
            Each line says when, what, where, and how the event was taken: accepted for a profile, counted for audience
            figures only, or filtered with the reason. What it brings a contact follows in lines of the kind `entry`:
            scored or held, with points, rule and contact, and later dropped or reversed with the reason. What anonymous
            visitors do is shown as accepted; their points are entered when they become known. What the fold finds out
            later (an event sent twice) and what was rejected or declined, of which nothing is stored, are figures of
            `vendange status`. Exit code 69 when the service stops.
            """
    )

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await CommandFailure.guarding {
            try await self.service.client().lines("/live") { line in
                guard line.hasPrefix("data:") else { return }
                let text = line.dropFirst(5).drop { $0 == " " }
                if self.service.json { return Self.show(text) }
                guard let event = try? JSONDecoder().decode(JSON.self, from: Data(text.utf8)) else { return }
                Self.show(Self.line(event))
            }
        }
    }

    /// An event on one line, such as `… entry  scored  +25  rule quote viewed  -> 0123456789abcdef`.
    private static func line(_ event: JSON) -> String {
        var parts = ["time", "kind", "url", "outcome"].map { event[$0].shown }
        if let points = event["points"].number { parts.append((points < 0 ? "" : "+") + event["points"].shown) }
        if let rule = event["rule"].text { parts.append("rule \(rule)") }
        parts.append(event["reason"].shown)
        if let contact = event["contact"].text { parts.append("-> \(contact)") }
        return parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// Written at once, so that lines are seen as they come, also through a pipe.
    private static func show(_ line: some StringProtocol) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
