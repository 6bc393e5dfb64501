import Domain

/// A request as the endpoints see it, whichever codec read it: places in the bytes that travel beside it.
struct RequestHead: Sendable {
    /// What is asked for.
    enum Method: UInt8, Sendable {
        case get
        case head
        case post
        case options
        /// Anything else, which no endpoint answers.
        case other
    }

    /// The method.
    var method: Method = .get
    /// The path, without the query.
    var path: TextRange = .empty
    /// What stands behind the `?`.
    var query: TextRange = .empty
    /// The body.
    var body: TextRange = .empty
    /// Whether the connection stays open after the answer.
    var keepsAlive = true
    /// A place per field; ``RequestField`` has 23.
    private var fields: [23 of TextRange] = .init(repeating: .empty)
    private var given: UInt32 = 0

    /// Where a field's value lies; empty if the request has none.
    subscript(field: RequestField) -> TextRange {
        self.fields[Int(field.rawValue)]
    }

    /// Whether a field was given, be it empty.
    func has(_ field: RequestField) -> Bool { self.given & 1 << UInt32(field.rawValue) != 0 }

    /// Keeps a field's place; false if it was given before.
    mutating func add(_ field: RequestField, at place: TextRange) -> Bool {
        guard !self.has(field) else { return false }
        self.given |= 1 << UInt32(field.rawValue)
        self.fields[Int(field.rawValue)] = place
        return true
    }
}

/// A request's head with the bytes it means. Valid only while the buffer is.
struct Request {
    /// The head.
    let head: RequestHead
    /// What the head's places mean.
    let bytes: UnsafeRawBufferPointer
    /// What the path asks for.
    let route: Route

    /// The bytes at a place.
    func bytes(at place: TextRange) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self.bytes[place.bounds])
    }

    /// A field's value; empty if there is none.
    func value(_ field: RequestField) -> UnsafeRawBufferPointer { self.bytes(at: self.head[field]) }

    /// A field's value as text; empty if there is none.
    func text(_ field: RequestField) -> String { self.head[field].string(in: self.bytes) }
}
