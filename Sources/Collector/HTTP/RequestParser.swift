import Domain

/// The collector's own reader of HTTP/1.1 requests (RFC 9112), for the simple ones that make up nearly all traffic.
///
/// It is strict and small: what it does not fully understand (another path or method, chunked bodies, HTTP/1.0,
/// folded lines, repeated fields, anything malformed) it does not judge. It says ``Outcome/handOver``, and the
/// standard pipeline reads the same bytes from the start of the request. So it needs no opinion on bad HTTP, and
/// what it accepts must mean the same to the standard parser.
///
/// It remembers only how far it looked, so that a request that trickles in costs time in proportion to its bytes.
struct RequestParser: Sendable {
    /// What a look at the bytes came to.
    enum Outcome: Sendable {
        /// The request is not whole yet.
        case needMore
        /// A request of `length` bytes, body included.
        case request(RequestHead, Route, length: Int)
        /// The standard pipeline's.
        case handOver
    }

    private struct WaitingForBody {
        var head: RequestHead
        var route: Route
        var length: Int
    }

    /// How many bytes were searched for the end of the head.
    private var searched = 0
    private var waiting: WaitingForBody?
    /// Kept here, as a look at what all share costs more than a look into it.
    private let names = RequestField.names

    /// Looks for a request at the start of `bytes`, all that has arrived of it.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, routes: Routes) -> Outcome {
        if let waiting {
            guard bytes.count >= waiting.length else { return .needMore }
            self.waiting = nil
            self.searched = 0
            return .request(waiting.head, waiting.route, length: waiting.length)
        }
        if self.searched > 0, !self.holdsHeadEnd(bytes) {
            self.searched = bytes.count
            return bytes.count > Limits.requestHeadBytes ? .handOver : .needMore
        }
        var reading = HeadReading(bytes: bytes)
        switch reading.read(routes: routes, names: self.names) {
        case .incomplete:
            self.searched = bytes.count
            return bytes.count > Limits.requestHeadBytes ? .handOver : .needMore
        case .foreign: return .handOver
        case .complete: break
        }
        let length = reading.end + reading.bodyBytes
        reading.head.body = TextRange(start: reading.end, count: reading.bodyBytes)
        guard bytes.count >= length else {
            self.waiting = WaitingForBody(head: reading.head, route: reading.route, length: length)
            return .needMore
        }
        self.searched = 0
        return .request(reading.head, reading.route, length: length)
    }

    /// Whether the head's end, or a line feed that ends no line properly, came with the new bytes.
    private func holdsHeadEnd(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = max(self.searched - 3, 0)
        while index < bytes.count {
            if bytes[index] == Octets.lineFeed {
                let isLineEnd = index > 0 && bytes[index - 1] == Octets.carriageReturn
                let isHeadEnd = index >= 3 && bytes[index - 2] == Octets.lineFeed
                if !isLineEnd || isHeadEnd { return true }
            }
            index += 1
        }
        return false
    }
}

/// One pass over a head.
private struct HeadReading {
    enum Result {
        case complete
        case incomplete
        case foreign
    }

    let bytes: UnsafeRawBufferPointer
    var head = RequestHead()
    var route = Route.unknown
    /// Where the head ends.
    var end = 0
    var bodyBytes = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func read(routes: Routes, names: NameTable) -> Result {
        let line = self.readRequestLine(routes: routes)
        guard line == .complete else { return line }
        while true {
            let result = self.readField(names)
            switch result {
            case .incomplete, .foreign: return result
            case .complete: break
            }
            if self.bodyStarts { break }
        }
        guard self.end <= Limits.requestHeadBytes else { return .foreign }
        return self.understandFields() ? .complete : .foreign
    }

    /// Set once the empty line was read.
    private var bodyStarts = false

    // MARK: The request line

    private mutating func readRequestLine(routes: Routes) -> Result {
        guard let methodEnd = self.readMethod() else { return self.bytes.count < 8 ? self.shortMethod : .foreign }
        var index = methodEnd
        guard index < self.bytes.count else { return .incomplete }
        guard self.bytes[index] == Octets.slash else { return .foreign }
        var question: Int?
        while true {
            index = ByteScan.skipTarget(self.bytes, from: index)
            guard index < self.bytes.count, self.bytes[index] != Octets.space else { break }
            let byte = self.bytes[index]
            guard 0x21...0x7e ~= byte, byte != UInt8(ascii: "#") else { return .foreign }
            if byte == UInt8(ascii: "?"), question == nil { question = index }
            index += 1
        }
        let pathEnd = question ?? index
        guard index < self.bytes.count else { return .incomplete }
        self.head.path = TextRange(start: methodEnd, count: pathEnd - methodEnd)
        if let question { self.head.query = TextRange(start: question + 1, count: index - question - 1) }
        self.route = routes.route(of: self.head.path, in: self.bytes)
        guard self.route != .unknown else { return .foreign }
        let version: StaticString = " HTTP/1.1\r\n"
        let count = min(version.utf8CodeUnitCount, self.bytes.count - index)
        for offset in 0..<count where self.bytes[index + offset] != version.utf8Start[offset] { return .foreign }
        guard count == version.utf8CodeUnitCount else { return .incomplete }
        self.end = index + count
        return .complete
    }

    /// The place behind the method and its space; nil if there is none of ours.
    private mutating func readMethod() -> Int? {
        let methods: [4 of (StaticString, RequestHead.Method)] = [
            ("GET ", .get), ("POST ", .post), ("HEAD ", .head), ("OPTIONS ", .options),
        ]
        for index in methods.indices where self.starts(with: methods[index].0) {
            self.head.method = methods[index].1
            return methods[index].0.utf8CodeUnitCount
        }
        return nil
    }

    private func starts(with text: StaticString) -> Bool {
        guard self.bytes.count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where self.bytes[index] != text.utf8Start[index] { return false }
        return true
    }

    /// Fewer bytes than a method has: it may still become one of ours.
    private var shortMethod: Result {
        for method in ["GET ", "POST ", "HEAD ", "OPTIONS "] where method.utf8.starts(with: self.bytes) {
            return .incomplete
        }
        return .foreign
    }

    // MARK: Fields

    private mutating func readField(_ names: NameTable) -> Result {
        let start = self.end
        guard start < self.bytes.count else { return .incomplete }
        if self.bytes[start] == Octets.carriageReturn {
            guard start + 1 < self.bytes.count else { return .incomplete }
            guard self.bytes[start + 1] == Octets.lineFeed else { return .foreign }
            self.end = start + 2
            self.bodyStarts = true
            return .complete
        }
        var index = ByteScan.skipName(self.bytes, from: start)
        while index < self.bytes.count, Octets.isToken(self.bytes[index]) { index += 1 }
        guard index < self.bytes.count else { return .incomplete }
        guard index > start, self.bytes[index] == Octets.colon else { return .foreign }
        let name = start..<index
        var valueStart = index + 1
        while valueStart < self.bytes.count, Self.isBlank(self.bytes[valueStart]) { valueStart += 1 }
        index = ByteScan.skipVisible(self.bytes, from: valueStart)
        while index < self.bytes.count, Self.isValue(self.bytes[index]) { index += 1 }
        guard index + 1 < self.bytes.count else {
            let isOpen = index == self.bytes.count || self.bytes[index] == Octets.carriageReturn
            return isOpen ? .incomplete : .foreign
        }
        guard self.bytes[index] == Octets.carriageReturn, self.bytes[index + 1] == Octets.lineFeed else {
            return .foreign
        }
        self.end = index + 2
        while index > valueStart, Self.isBlank(self.bytes[index - 1]) { index -= 1 }
        guard let number = names.index(of: name, in: self.bytes),
            let field = RequestField(rawValue: UInt8(truncatingIfNeeded: number))
        else { return .complete }
        let isNew = self.head.add(field, at: TextRange(start: valueStart, count: index - valueStart))
        return isNew ? .complete : .foreign
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == Octets.space || byte == Octets.tab }

    private static func isValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == Octets.tab }

    // MARK: What the fields mean together

    private mutating func readBodyLength() -> Bool {
        let value = self.head[.contentLength]
        guard self.head.has(.contentLength) else { return self.head.method != .post }
        guard let length = Octets.number(UnsafeRawBufferPointer(rebasing: self.bytes[value.bounds])) else {
            return false
        }
        self.bodyBytes = Int(length)
        return length == 0 || self.head.method == .post && self.bodyBytes <= Limits.eventBodyBytes
    }

    private mutating func readConnection() -> Bool {
        guard self.head.has(.connection) else { return true }
        let value = UnsafeRawBufferPointer(rebasing: self.bytes[self.head[.connection].bounds])
        if Octets.equals(value, ignoringCase: "close") {
            self.head.keepsAlive = false
            return true
        }
        return Octets.equals(value, ignoringCase: "keep-alive")
    }

    private mutating func understandFields() -> Bool {
        let host = UnsafeRawBufferPointer(rebasing: self.bytes[self.head[.host].bounds])
        guard HostField.isValid(host), !self.head.has(.transferEncoding), !self.head.has(.expect),
            !self.head.has(.upgrade)
        else { return false }
        return self.readBodyLength() && self.readConnection()
    }
}
