import ArgumentParser
import Foundation

/// `vendange sites`.
struct SitesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sites",
        abstract: "List, add and change sites.",
        subcommands: [List.self, Add.self, Update.self, Remove.self]
    )

    /// What a site is told, for adding and changing alike.
    struct Draft: ParsableArguments {
        @Option(help: "What people call it.")
        var name: String?

        @Option(name: .customLong("host"), help: "A hostname of its pages; *.example.com for all under it. Repeatable.")
        var hosts: [String] = []

        @Option(name: .customLong("origin"), help: "An origin that may send besides https on its hosts. Repeatable.")
        var origins: [String] = []

        @Option(help: "The most that is recorded: none, exempt or full.")
        var mode: String?

        @Option(help: "What is recorded before the visitor chose: none, exempt or full.")
        var beforeChoice: String?

        @Option(name: .customLong("internal"), help: "A network of the company itself, as CIDR. Repeatable.")
        var networks: [String] = []

        @Option(name: .customLong("exclude"), help: "A path pattern that is not recorded. Repeatable.")
        var excluded: [String] = []

        @Option(help: "The zone its people live in, as in Europe/Paris; audience days are UTC.")
        var timeZone: String?

        /// The body of the call.
        func body(key: String?) -> JSON {
            var members: [String: JSON] = [:]
            for (name, value) in [
                ("key", key), ("name", self.name), ("mode", self.mode), ("before_choice", self.beforeChoice),
                ("time_zone", self.timeZone),
            ] {
                if let value { members[name] = .string(value) }
            }
            for (name, values) in [
                ("hostnames", self.hosts), ("origins", self.origins), ("internal_networks", self.networks),
                ("excluded_paths", self.excluded),
            ] where !values.isEmpty {
                members[name] = .array(values.map(JSON.string))
            }
            return .object(members)
        }
    }

    /// `vendange sites list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all sites.")

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await self.service.show("/sites", ["key", "name", "mode", "before_choice", "hostnames", "origins"])
        }
    }

    /// `vendange sites add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a site and print its snippet.")

        @Argument(help: "Its key in snippets: letters, digits, - and _.")
        var key: String

        @OptionGroup var draft: Draft
        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let site = try await self.service.client().call("POST", "/sites", body: self.draft.body(key: self.key))
                print(self.service.json ? site.pretty : site["snippet"].text ?? "added \(self.key)")
            }
        }
    }

    /// `vendange sites update`.
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a site. What is not given stays.")

        @Argument(help: "Its key.")
        var key: String

        @OptionGroup var draft: Draft
        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let body = self.draft.body(key: nil)
                let site = try await self.service.client().call("PATCH", "/sites/\(self.key.inPath)", body: body)
                print(self.service.json ? site.pretty : "changed \(self.key)")
            }
        }
    }

    /// `vendange sites remove`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a site: its events are refused from then on.")

        @Argument(help: "Its key.")
        var key: String

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                _ = try await self.service.client().call("DELETE", "/sites/\(self.key.inPath)")
                if !self.service.json { print("removed \(self.key)") }
            }
        }
    }
}

/// `vendange links`.
struct LinksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "links",
        abstract: "List and add tracked links, and sign them for a contact.",
        subcommands: [List.self, Add.self, Sign.self]
    )

    /// `vendange links list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List tracked links, newest first.")

        @OptionGroup var page: PageOptions
        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await self.service.show("/links", page: self.page, ["id", "url", "message", "site"])
        }
    }

    /// `vendange links add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a tracked link.")

        @Argument(help: "Where it leads: an absolute http or https address.")
        var url: String

        @Option(help: "The number of the message it is in.")
        var message: Int?

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                var members: [String: JSON] = ["url": .string(self.url)]
                if let message { members["message"] = .number(Double(message)) }
                let link = try await self.service.client().call("POST", "/links", body: .object(members))
                print(self.service.json ? link.pretty : "link \(link["id"].shown)")
            }
        }
    }

    /// `vendange links sign`.
    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign a token for a contact and print the addresses it opens.",
            discussion: "The token of purpose `contact` belongs into a field of the mail tool; it opens any link."
        )

        @Argument(help: "An e-mail address, crm:<id>, or the sixteen digits of a contact.")
        var contact: String

        @Option(help: "contact, message, quote, preferences or answer.")
        var purpose = "contact"

        @Option(help: "The number of the message or quote it is for.")
        var object: Int?

        @Option(help: "The number of the tracked link of the click address.")
        var link: Int?

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                var members: [String: JSON] = [
                    "purpose": .string(self.purpose), "contact": .string(self.contact),
                ]
                if let object { members["object"] = .number(Double(object)) }
                if let link { members["link"] = .number(Double(link)) }
                let token = try await self.service.client().call("POST", "/tokens", body: .object(members))
                if self.service.json { return print(token.pretty) }
                print(token["token"].shown)
                for (name, address) in token["addresses"].members { print("\(name): \(address.shown)") }
            }
        }
    }
}

extension ServiceOptions {
    /// Prints a list without pages as a table of these members, or as its JSON.
    func show(_ path: String, _ names: [String], numbers: Set<String> = []) async throws {
        try await CommandFailure.guarding {
            let answer = try await self.client().call("GET", path)
            if self.json { return print(answer.pretty) }
            print(Table(answer["items"].list, names, numbers: numbers).text)
        }
    }
}
