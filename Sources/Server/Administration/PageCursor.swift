import Domain

/// The texts that say where a list goes on: numbers with points in between.
enum PageCursor {
    static func text<Number: BinaryInteger>(_ numbers: Number...) -> String {
        numbers.map { String($0) }.joined(separator: ".")
    }

    /// The numbers of a request's cursor; nil for the first page.
    static func numbers(_ page: PageRequest, count: Int) throws(AdministrationError) -> [Int64]? {
        guard let text = page.after else { return nil }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
        let values = numbers.compactMap(\.self)
        guard numbers.count == count, values.count == count else { throw Self.unknown(text) }
        return values
    }

    /// The one number of a request's cursor; nil for the first page.
    static func number(_ page: PageRequest) throws(AdministrationError) -> Int64? {
        try Self.numbers(page, count: 1)?.first
    }

    static func unknown(_ text: String) -> AdministrationError {
        .invalid("after", "the `next` of the page before", got: FieldCheck.shown(text))
    }
}

extension PageRequest {
    /// How many rows to read: one more than the page shows tells whether there are more.
    var rowsToRead: Int { min(max(1, self.limit), Limits.apiPageItems) + 1 }
}

extension Page {
    /// A page of rows of which ``PageRequest/rowsToRead`` were asked for.
    init<Row>(_ rows: [Row], _ request: PageRequest, next: (Row) -> String, view: (Row) throws -> Item) rethrows {
        let shown = rows.prefix(request.rowsToRead - 1)
        let last = rows.count > shown.count ? shown.last : nil
        self.init(items: try shown.map(view), next: last.map(next))
    }
}
