import ArgumentParser

/// Which part of a list is asked for.
struct PageOptions: ParsableArguments {
    @Option(help: "How many at most, up to 500.")
    var limit = 50

    @Option(help: "Where the page before ended.")
    var after: String?

    /// Its part of the query.
    var query: [(String, String?)] { [("limit", String(self.limit)), ("after", self.after)] }
}

/// For commands that ask no service.
struct JSONOption: ParsableArguments {
    @Flag(name: .long, help: "Print JSON, for scripts.")
    var json = false
}

extension ServiceOptions {
    /// Prints a page of a list as a table of these members, or as its JSON.
    func show(
        _ path: String,
        _ query: [(String, String?)] = [],
        page: PageOptions,
        _ names: [String],
        numbers: Set<String> = []
    ) async throws {
        try await CommandFailure.guarding {
            let answer = try await self.client().call("GET", path + (query + page.query).inQuery)
            if self.json { return print(answer.pretty) }
            print(Table(answer["items"].list, names, numbers: numbers).text)
            Self.tellMore(answer)
        }
    }

    /// Says how to go on when there is another page.
    static func tellMore(_ answer: JSON) {
        if let next = answer["next"].text { print("more: --after \(next)") }
    }
}
