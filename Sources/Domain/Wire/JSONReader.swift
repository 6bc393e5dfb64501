/// What a JSON value is, as its first byte tells.
package enum JSONKind: Sendable {
    case object
    case array
    case string
    case number
    case bool
    case null
}

/// A strict pull reader of JSON (RFC 8259) over bytes it does not own: the caller asks for what it expects, text is
/// appended to the caller's scratch buffer, and nothing else is allocated.
///
/// Stricter than the grammar: no byte order mark (section 8.1 forbids sending one), at most ``Limits/jsonDepth``
/// nested values, well-formed UTF-8 only. More lenient in one point: an escaped lone surrogate, which the grammar
/// allows and UTF-8 cannot carry, becomes U+FFFD, because a page that cuts a title within an emoji sends one.
///
/// After an error the reader's position means nothing.
package struct JSONReader {
    let bytes: UnsafeRawBufferPointer
    var offset = 0
    /// How many objects and arrays are open.
    private var depth = 0
    /// One bit per open object or array: whether it has had a member, so that the next one needs a comma.
    private var hasMembers: UInt32 = 0

    /// A reader at the start of `bytes`, which must outlive it.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// What the next value is; the value itself is not consumed. Throws `malformedJSON`.
    package mutating func peek() throws(Rejection) -> JSONKind {
        self.skipSpace()
        guard self.offset < self.bytes.count else { throw .malformedJSON }
        switch self.bytes[self.offset] {
        case ASCII.openBrace: return .object
        case ASCII.openBracket: return .array
        case ASCII.quote: return .string
        case ASCII.minus, ASCII.zero...ASCII.nine: return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        default: throw .malformedJSON
        }
    }

    /// Opens the object that is next. Throws `malformedJSON`, `tooDeep`.
    package mutating func beginObject() throws(Rejection) { try self.open(ASCII.openBrace) }

    /// Opens the array that is next. Throws `malformedJSON`, `tooDeep`.
    package mutating func beginArray() throws(Rejection) { try self.open(ASCII.openBracket) }

    /// Goes to the next value of the array opened last; false, and the array is closed, if there is none.
    /// Throws `malformedJSON`.
    package mutating func nextElement() throws(Rejection) -> Bool {
        try self.advance(closing: ASCII.closeBracket)
    }

    /// Goes to the next value of the object opened last and appends its key to `scratch`; nil, and the object is
    /// closed, if there is none. Throws `malformedJSON`.
    package mutating func nextKey(into scratch: inout [UInt8]) throws(Rejection) -> TextRange? {
        guard try self.advance(closing: ASCII.closeBrace) else { return nil }
        let key = try self.readString(into: &scratch)
        try self.expect(ASCII.colon)
        return key
    }

    /// Reads `true` or `false`. Throws `malformedJSON`.
    package mutating func readBool() throws(Rejection) -> Bool {
        self.skipSpace()
        if self.take("true") { return true }
        guard self.take("false") else { throw .malformedJSON }
        return false
    }

    /// Reads `null`. Throws `malformedJSON`.
    package mutating func readNull() throws(Rejection) {
        self.skipSpace()
        guard self.take("null") else { throw .malformedJSON }
    }

    /// Passes over the next value, whatever it is, checking its syntax. Throws `malformedJSON`, `tooDeep`.
    package mutating func skipValue() throws(Rejection) {
        switch try self.peek() {
        case .object:
            try self.beginObject()
            while try self.advance(closing: ASCII.closeBrace) {
                try self.skipString()
                try self.expect(ASCII.colon)
                try self.skipValue()
            }
        case .array:
            try self.beginArray()
            while try self.nextElement() { try self.skipValue() }
        case .string: try self.skipString()
        case .number: _ = try self.readNumber()
        case .bool: _ = try self.readBool()
        case .null: try self.readNull()
        }
    }

    /// Throws `malformedJSON` unless only white space is left.
    package mutating func expectEnd() throws(Rejection) {
        self.skipSpace()
        guard self.offset == self.bytes.count else { throw .malformedJSON }
    }

    private mutating func open(_ bracket: UInt8) throws(Rejection) {
        try self.expect(bracket)
        guard self.depth < Limits.jsonDepth else { throw .tooDeep }
        self.depth += 1
        self.hasMembers &= ~(1 << UInt32(self.depth))
    }

    /// Moves to the next member of the open object or array, past the comma; false if it was closed instead.
    private mutating func advance(closing bracket: UInt8) throws(Rejection) -> Bool {
        self.skipSpace()
        guard self.offset < self.bytes.count else { throw .malformedJSON }
        if self.bytes[self.offset] == bracket {
            self.offset += 1
            self.depth -= 1
            return false
        }
        let bit: UInt32 = 1 << UInt32(self.depth)
        if self.hasMembers & bit != 0 { try self.expect(ASCII.comma) }
        self.hasMembers |= bit
        return true
    }

    /// Passes over one byte of structure and the white space before it.
    mutating func expect(_ byte: UInt8) throws(Rejection) {
        self.skipSpace()
        guard self.offset < self.bytes.count, self.bytes[self.offset] == byte else { throw .malformedJSON }
        self.offset += 1
    }

    mutating func skipSpace() {
        while self.offset < self.bytes.count {
            switch self.bytes[self.offset] {
            case ASCII.space, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn: self.offset += 1
            default: return
            }
        }
    }

    /// Passes over a literal if it is next.
    private mutating func take(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard self.offset + count <= self.bytes.count else { return false }
        for index in 0..<count where self.bytes[self.offset + index] != literal.utf8Start[index] { return false }
        self.offset += count
        return true
    }
}
