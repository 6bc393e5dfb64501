import ArgumentParser
import Foundation

/// `vendange contacts`.
struct ContactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contacts",
        abstract: "List, show, import, confirm and erase contacts.",
        subcommands: [List.self, Show.self, ImportCommand.self, Timeline.self, Confirm.self, Erase.self]
    )

    /// `vendange contacts list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List contacts, a page at a time.")

        @Option(help: "cold, warm or hot.")
        var stage: String?

        @Option(help: "Part of the address, the name or the company.")
        var search: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let query = [("stage", self.stage), ("search", self.search)] + self.page.query
                let page = try await self.service.client().call("GET", "/contacts" + query.inQuery)
                if self.service.json { return print(page.pretty) }
                var table = Table(
                    ["id", "e-mail", "name", "account", "owner", "score", "stage", "grade"],
                    numbers: ["score"]
                )
                for contact in page["items"].list {
                    let name = "\(contact["first_name"].shown) \(contact["last_name"].shown)"
                    let standing = contact["standing"]
                    table.add([
                        contact["id"].shown, contact["email"].shown, name, contact["account"]["name"].shown,
                        contact["owner"]["name"].shown, standing["score"].fixed, standing["stage"].shown,
                        standing["grade"].shown,
                    ])
                }
                print(table.text)
                ServiceOptions.tellMore(page)
            }
        }
    }

    /// `vendange contacts show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what is known of a contact.")

        @Argument(help: "An e-mail address, crm:<id>, or the sixteen digits of a contact.")
        var contact: String

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let contact = try await self.service.client().call("GET", "/contacts/\(self.contact.inPath)")
                if self.service.json { return print(contact.pretty) }
                for (name, value) in contact.members where !value.shown.isEmpty { print("\(name): \(value.shown)") }
            }
        }
    }

    /// `vendange contacts timeline`.
    struct Timeline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what a contact did, newest first.")

        @Argument(help: "An e-mail address, crm:<id>, or the sixteen digits of a contact.")
        var contact: String

        @OptionGroup var page: PageOptions
        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await self.service.show(
                "/contacts/\(self.contact.inPath)/timeline",
                page: self.page,
                ["last_date", "visit", "kind", "title", "url", "count", "engaged_seconds", "verdict"],
                numbers: ["visit", "count", "engaged_seconds"]
            )
        }
    }

    /// `vendange contacts confirm`.
    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that clicks taken for a machine's were the person's own.",
            discussion: """
                What was taken back from a contact's last clicks counts again from now on, in entries that name you, and
                the contact is confirmed as a person. Exit code 65 if none of these clicks was taken for a machine's.
                """
        )

        @Argument(help: "An e-mail address, crm:<id>, or the sixteen digits of a contact.")
        var contact: String

        @Option(help: "Who says so; the key's name if not given.")
        var author: String?

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                let answer = try await self.service.client().call(
                    "POST",
                    "/contacts/\(self.contact.inPath)/verdicts",
                    body: .object(("verdict", "human"), ("author", self.author))
                )
                if self.service.json { return print(answer.pretty) }
                let standing = answer["standing"]
                print("confirmed: score \(standing["score"].fixed), stage \(standing["stage"].shown)")
            }
        }
    }

    /// `vendange contacts erase`.
    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase a contact with their browsers, everywhere. There is no way back."
        )

        @Argument(help: "An e-mail address, crm:<id>, or the sixteen digits of a contact.")
        var contact: String

        @Flag(help: "Do not ask.")
        var yes = false

        @OptionGroup var service: ServiceOptions

        func run() async throws {
            try await CommandFailure.guarding {
                if !self.yes {
                    print(
                        "Erase \(self.contact), with scores, timeline and deliveries? Type the contact again: ",
                        terminator: ""
                    )
                    guard readLine() == self.contact else { throw CommandFailure(.notAllowed, "nothing was erased") }
                }
                let answer = try await self.service.client().call("DELETE", "/contacts/\(self.contact.inPath)")
                print(self.service.json ? answer.pretty : "erased, with \(answer["visitors"].shown) browsers")
            }
        }
    }
}

extension [(String, String?)] {
    /// The pairs that have a value, as a query with its question mark; empty for none.
    var inQuery: String {
        let parts = self.compactMap { name, value in value.map { "\(name)=\($0.inPath)" } }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }
}
