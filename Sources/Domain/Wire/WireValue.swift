/// The value of one wire key, whichever syntax it came in, and its checks.
///
/// Each check gives nil for a value that is unusable and the property's own "absent" for one that is not there.
enum WireValue {
    /// `null`, or an empty text: browsers send both for what they do not know.
    case absent
    /// Well-formed text in the scratch buffer; not empty.
    case text(TextRange)
    /// A number, which may be infinite.
    case number(Double)
    /// A truth value.
    case flag(Bool)
    /// A value of another JSON type, or malformed.
    case unusable

    /// A text, or `absent` if it is empty.
    init(_ text: TextRange) { self = text.isEmpty ? .absent : .text(text) }

    /// Whether there is no value.
    var isAbsent: Bool {
        if case .absent = self { true } else { false }
    }

    /// The text as it is.
    var text: TextRange? {
        switch self {
        case .absent: .empty
        case .text(let text): text
        default: nil
        }
    }

    /// The text as a person may see it: controls become spaces, and it is cut to `limit` bytes.
    func cleanText(limit: Int, in scratch: inout [UInt8]) -> TextRange? {
        guard let text = self.text else { return nil }
        let cut = UTF8Form.truncated(text, to: limit, in: scratch)
        Self.replaceControls(of: cut, in: &scratch)
        return cut
    }

    static func replaceControls(of text: TextRange, in scratch: inout [UInt8]) {
        let plain = scratch.withUnsafeBytes { bytes in
            ByteScan.skipVisible(
                UnsafeRawBufferPointer(rebasing: bytes[..<text.bounds.upperBound]),
                from: Int(text.start)
            )
        }
        for index in plain..<text.bounds.upperBound where scratch[index] < ASCII.space || scratch[index] == ASCII.delete
        {
            scratch[index] = ASCII.space
        }
    }

    /// The number, if it is in `range`.
    func number(in range: ClosedRange<Double>) -> Double? {
        switch self {
        case .absent: 0
        case .number(let number) where range ~= number: number
        default: nil
        }
    }

    /// Milliseconds since 1970, up to the end of the year 9999, so that no later arithmetic overflows.
    var milliseconds: Int64? { self.number(in: 0...253_402_300_799_999).map { Int64($0) } }

    /// The truth value.
    var flag: Bool? {
        switch self {
        case .absent: false
        case .flag(let flag): flag
        default: nil
        }
    }

    /// The token text of a click: 1…``Limits/tokenBytes`` of `A-Z a-z 0-9 . _ -`.
    func token(in scratch: [UInt8]) -> TextRange? {
        guard let text = self.text, text.count <= Limits.tokenBytes else { return nil }
        return text.bounds.allSatisfy { ASCII.isUnreserved(scratch[$0]) && scratch[$0] != ASCII.tilde } ? text : nil
    }

    /// The public kind of that name; nil if it is absent too, as every event needs one.
    func kind(in scratch: [UInt8]) -> EventKind? {
        guard let text = self.text else { return nil }
        // Compared one by one, as making a string of the name would allocate.
        if text.equals("page_view", in: scratch) { return .pageView }
        if text.equals("engagement", in: scratch) { return .engagement }
        if text.equals("download", in: scratch) { return .download }
        if text.equals("form_submit", in: scratch) { return .formSubmit }
        return text.equals("custom", in: scratch) ? .custom : nil
    }

    /// The choice of that name.
    func choice(in scratch: [UInt8]) -> ConsentChoice? {
        guard let text = self.text else { return nil }
        if text.isEmpty || text.equals("undecided", in: scratch) { return .undecided }
        if text.equals("granted", in: scratch) { return .granted }
        return text.equals("denied", in: scratch) ? .denied : nil
    }

    /// `<nonce>.<counter>`: 8…32 characters of base64url, hashed under `key`, and 0…65535; zeros if it is absent.
    func identity(under key: SipKey, in scratch: [UInt8]) -> (nonce: UInt64, counter: UInt16)? {
        guard let text = self.text else { return nil }
        if text.isEmpty { return (0, 0) }
        let bounds = text.bounds
        guard let dot = scratch[bounds].firstIndex(of: ASCII.dot), 8...32 ~= dot - bounds.lowerBound else { return nil }
        for index in bounds.lowerBound..<dot {
            let byte = scratch[index]
            guard ASCII.isLetterOrDigit(byte) || byte == ASCII.minus || byte == ASCII.underscore else { return nil }
        }
        let digits = (dot + 1)..<bounds.upperBound
        guard 1...5 ~= digits.count else { return nil }
        var counter: UInt32 = 0
        for index in digits {
            guard ASCII.isDigit(scratch[index]) else { return nil }
            counter = counter * 10 + UInt32(scratch[index] - ASCII.zero)
        }
        guard let counter = UInt16(exactly: counter) else { return nil }
        let hash = scratch.withUnsafeBytes {
            SipHash.hash(UnsafeRawBufferPointer(rebasing: $0[bounds.lowerBound..<dot]), key: key)
        }
        // Zero is "no nonce".
        return (hash == 0 ? 1 : hash, counter)
    }
}
