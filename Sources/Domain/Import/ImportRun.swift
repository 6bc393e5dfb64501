/// One row of a run.
package struct ImportedRow: Equatable, Sendable {
    /// The row as the file has it.
    package var record: CSVRecord
    /// What importing it would do.
    package var outcome: RowOutcome
}

/// Walks through a file row by row; what is sent and shown is the caller's.
///
/// A run has no effect, so a dry run is a run whose drafts are not sent.
package struct ImportRun: Sendable {
    /// The file.
    package let file: ImportFile
    /// What its columns mean.
    package let mapping: ImportMapping
    private let rowReader: ContactRowReader
    private var rows: CSVReader
    private var planner = ImportPlanner()

    /// A run through `file` from its first row.
    ///
    /// Throws when an override does not fit the file, or no column identifies a contact.
    package init(_ file: ImportFile, overrides: [ImportMapping.Override] = []) throws(ImportFailure) {
        self.file = file
        self.mapping = try ImportMapping(header: file.header.fields, overrides: overrides)
        self.rowReader = ContactRowReader(mapping: self.mapping, decimalComma: file.hasDecimalComma)
        self.rows = file.rows
    }

    /// The count so far.
    package var summary: ImportSummary { self.planner.summary }

    /// How far the run is, from 0 to 1.
    package var progress: Double {
        self.file.text.isEmpty ? 1 : Double(self.rows.offset) / Double(self.file.text.count)
    }

    /// The next row that is not blank, with its outcome; nil at the end. `existing`: see
    /// ``ImportPlanner/classify(_:line:existing:)``.
    package mutating func next(existing: (ContactKey) -> UInt64?) -> ImportedRow? {
        while let record = self.rows.next() {
            if record.isBlank { continue }
            let isBeyond = self.planner.summary.rows >= Limits.importLines
            let reading = isBeyond ? .refused([.tooManyRows]) : self.rowReader.read(record)
            let outcome = self.planner.classify(reading, line: record.line, existing: existing)
            return ImportedRow(record: record, outcome: outcome)
        }
        return nil
    }
}
