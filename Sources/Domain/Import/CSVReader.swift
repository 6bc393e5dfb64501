/// One row of a delimited file.
package struct CSVRecord: Equatable, Sendable {
    /// What makes a row unreadable as it stands.
    package enum Defect: Equatable, Sendable {
        /// A quote opens a field and nothing closes it.
        case unclosedQuote
        /// More than ``Limits/importRowBytes`` bytes.
        case tooLong
        /// More than ``Limits/importColumns`` fields; the rest was not kept.
        case tooManyFields
    }

    /// The number of the row's first line in the file, from 1.
    package var line: Int
    /// Where the row is in the decoded text, without its line ending.
    package var range: Range<Int>
    /// Where its last field starts in the decoded text.
    package var lastFieldStart: Int
    /// The fields, unquoted.
    package var fields: [String]
    /// Why it cannot be used, if so.
    package var defect: Defect?

    /// Whether nothing is in it: an empty line, or delimiters alone as spreadsheets write below a table.
    package var isBlank: Bool { self.defect == nil && self.fields.allSatisfy(\.isEmpty) }
}

/// Reads the rows of a decoded text: RFC 4180, with any line ending, and lenient where people edit by hand.
///
/// A quote inside a bare field and text behind a closing quote are kept as they are. A quote that is never closed
/// would swallow the rest of the file: such a row is given back as its first line alone, with a defect, and reading
/// goes on behind that line.
package struct CSVReader: Sendable {
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private let text: [UInt8]
    private let delimiter: UInt8
    private var line = 1
    private var brokenRows = 0
    /// Where the next row starts in the text: the progress, out of the text's count.
    package private(set) var offset = 0

    /// A reader over valid UTF-8, from its start.
    package init(text: [UInt8], delimiter: CSVDialect.Delimiter) {
        self.text = text
        self.delimiter = delimiter.rawValue
    }

    /// The next row; nil at the end.
    package mutating func next() -> CSVRecord? {
        guard self.offset < self.text.count else { return nil }
        let reach = self.reach
        var scan = self.text.withUnsafeBufferPointer { bytes in
            RowScan(bytes: bytes, delimiter: self.delimiter, start: self.offset, quotedEnd: reach)
        }
        if scan.defect == .unclosedQuote { self.brokenRows += 1 }
        if scan.defect == nil, scan.end - self.offset > Limits.importRowBytes { scan.defect = .tooLong }
        let record = CSVRecord(
            line: self.line,
            range: self.offset..<scan.end,
            lastFieldStart: scan.lastFieldStart,
            fields: scan.fields,
            defect: scan.defect
        )
        self.offset = scan.next
        self.line += scan.lines
        return record
    }

    /// How far a quoted field of the next row may go. It shrinks once many quotes were not closed, so that a file
    /// of nothing else is still read in a time linear in its size.
    private var reach: Int {
        min(self.text.count, self.offset + (self.brokenRows < 100 ? Limits.importRowBytes : 1_024))
    }

    /// One pass over one row.
    private struct RowScan {
        var fields: [String] = []
        var lastFieldStart: Int
        /// Behind the row's last byte.
        var end: Int
        /// Behind its line ending.
        var next: Int
        /// Lines it covers.
        var lines = 1
        var defect: CSVRecord.Defect?

        init(bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, start: Int, quotedEnd: Int) {
            self.lastFieldStart = start
            self.end = start
            self.next = start
            var at = start
            while true {
                self.lastFieldStart = at
                if at < bytes.count, bytes[at] == CSVReader.quote {
                    guard self.quotedField(bytes, delimiter, at: &at, end: quotedEnd) else {
                        self.giveUp(bytes, start: start)
                        return
                    }
                } else {
                    Self.skipBare(bytes, delimiter, at: &at)
                    self.take(UnsafeBufferPointer(rebasing: bytes[self.lastFieldStart..<at]))
                }
                guard at < bytes.count, bytes[at] == delimiter else { break }
                at += 1
            }
            self.close(bytes, at: at)
        }

        /// Ends the row at `at`, which is a line ending or the end of the text.
        private mutating func close(_ bytes: UnsafeBufferPointer<UInt8>, at: Int) {
            self.end = at
            self.next = min(at + 1, bytes.count)
            let isPair = at + 1 < bytes.count && bytes[at] == CSVReader.carriageReturn
            if isPair, bytes[at + 1] == CSVReader.lineFeed { self.next = at + 2 }
        }

        /// Falls back to the first line as one field.
        private mutating func giveUp(_ bytes: UnsafeBufferPointer<UInt8>, start: Int) {
            var at = start
            while at < bytes.count, bytes[at] != CSVReader.lineFeed, bytes[at] != CSVReader.carriageReturn { at += 1 }
            self.lastFieldStart = start
            self.fields = [String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self)]
            self.lines = 1
            self.defect = .unclosedQuote
            self.close(bytes, at: at)
        }

        private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) {
            guard self.fields.count < Limits.importColumns else {
                self.defect = .tooManyFields
                return
            }
            self.fields.append(String(decoding: bytes, as: UTF8.self))
        }

        /// Reads a field from its opening quote to the delimiter behind it; false when no quote closes it.
        private mutating func quotedField(
            _ bytes: UnsafeBufferPointer<UInt8>,
            _ delimiter: UInt8,
            at: inout Int,
            end: Int
        ) -> Bool {
            at += 1
            var run = at
            var content: [UInt8] = []
            while at < end {
                let byte = bytes[at]
                at += 1
                let next = at < bytes.count ? bytes[at] : 0
                if byte == CSVReader.quote {
                    content.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<at - 1]))
                    run = at
                    if next == CSVReader.quote {
                        // A doubled quote: the second one is content and starts the next run.
                        at += 1
                        continue
                    }
                    Self.skipBare(bytes, delimiter, at: &at)
                    content.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<at]))
                    content.withUnsafeBufferPointer { self.take($0) }
                    return true
                }
                if byte == CSVReader.lineFeed || (byte == CSVReader.carriageReturn && next != CSVReader.lineFeed) {
                    self.lines += 1
                }
            }
            return false
        }

        private static func skipBare(_ bytes: UnsafeBufferPointer<UInt8>, _ delimiter: UInt8, at: inout Int) {
            while at < bytes.count {
                let byte = bytes[at]
                if byte == delimiter || byte == CSVReader.lineFeed || byte == CSVReader.carriageReturn { return }
                at += 1
            }
        }
    }
}
