/// Rows in aligned columns: what a person reads where a script would take `--json`.
struct Table {
    private var rows: [[String]]
    private let rightAligned: Set<Int>

    /// A table with these headings; the columns of the names in `numbers` are aligned to the right.
    init(_ headings: [String], numbers: Set<String> = []) {
        self.rows = [headings]
        self.rightAligned = Set(headings.indices.filter { numbers.contains(headings[$0]) })
    }

    /// A table of the members of these names of each item.
    init(_ items: [JSON], _ names: [String], numbers: Set<String> = []) {
        self.init(names, numbers: numbers)
        for item in items { self.add(names.map { item[$0].shown }) }
    }

    /// Adds a row.
    mutating func add(_ row: [String]) { self.rows.append(row) }

    /// The lines.
    var text: String {
        var widths = [Int](repeating: 0, count: self.rows[0].count)
        for row in self.rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        return self.rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return self.rightAligned.contains(column) ? space + cell : cell + space
            }
            return cells.joined(separator: "  ").trimmedAtEnd
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
