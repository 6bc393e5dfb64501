/// The encoding of a text file, as far as spreadsheets and CRMs write them.
package struct TextEncoding: Hashable, Sendable {
    /// How characters become bytes.
    package enum Form: Hashable, Sendable, CaseIterable {
        /// UTF-8.
        case utf8
        /// UTF-16, low byte first: "Unicode text" of Excel.
        case utf16LittleEndian
        /// UTF-16, high byte first.
        case utf16BigEndian
        /// Windows code page 1252: "CSV" of a French Excel.
        case windows1252
    }

    /// How characters become bytes.
    package var form: Form
    /// Whether the file starts with a byte order mark; never for ``Form/windows1252``.
    package var hasByteOrderMark: Bool

    /// An encoding.
    package init(_ form: Form, hasByteOrderMark: Bool = false) {
        self.form = form
        self.hasByteOrderMark = hasByteOrderMark && form != .windows1252
    }

    /// The name shown to people.
    package var name: String {
        let mark = self.hasByteOrderMark ? " with BOM" : ""
        return switch self.form {
        case .utf8: "UTF-8" + mark
        case .utf16LittleEndian: "UTF-16LE" + mark
        case .utf16BigEndian: "UTF-16BE" + mark
        case .windows1252: "Windows-1252"
        }
    }

    /// The bytes a file of this encoding starts with.
    package var byteOrderMark: [UInt8] {
        guard self.hasByteOrderMark else { return [] }
        return switch self.form {
        case .utf8: [0xef, 0xbb, 0xbf]
        case .utf16LittleEndian: [0xff, 0xfe]
        case .utf16BigEndian: [0xfe, 0xff]
        case .windows1252: []
        }
    }

    /// The encoding of a file's bytes.
    ///
    /// A byte order mark decides; then the zero bytes that UTF-16 leaves in Western text; then validity as UTF-8,
    /// which text in Windows-1252 with an accent practically never has. Whatever is left is Windows-1252, in which
    /// every byte has a meaning.
    package static func detect(_ bytes: [UInt8]) -> TextEncoding {
        for form in [Form.utf8, .utf16LittleEndian, .utf16BigEndian] {
            let marked = TextEncoding(form, hasByteOrderMark: true)
            if bytes.starts(with: marked.byteOrderMark) { return marked }
        }
        if let form = self.zeroBytePattern(bytes) { return TextEncoding(form) }
        return TextEncoding(String(validating: bytes, as: UTF8.self) == nil ? .windows1252 : .utf8)
    }

    /// UTF-16 without a mark: at least two fifths of the sampled units have a zero on one side, and hardly any on
    /// the other.
    private static func zeroBytePattern(_ bytes: [UInt8]) -> Form? {
        let units = min(bytes.count, 4_096) / 2
        guard units > 0, bytes.count.isMultiple(of: 2) else { return nil }
        var zeros = (even: 0, odd: 0)
        for unit in 0..<units {
            if bytes[unit * 2] == 0 { zeros.even += 1 }
            if bytes[unit * 2 + 1] == 0 { zeros.odd += 1 }
        }
        if zeros.odd * 5 >= units * 2, zeros.even * 20 <= units { return .utf16LittleEndian }
        if zeros.even * 5 >= units * 2, zeros.odd * 20 <= units { return .utf16BigEndian }
        return nil
    }
}
