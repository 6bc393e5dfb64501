/// Brings http and https addresses to one spelling, so that everything after it compares bytes.
///
/// It follows the WHATWG URL Standard for these two schemes (white space around and line breaks within are removed,
/// a backslash is a slash, `.` and `..` are resolved) and goes further where two spellings mean one page: unreserved
/// characters are decoded, percent-encodings are in upper case, a `%` that encodes nothing becomes `%25`, fragment,
/// user, default port and tracking parameters are taken out, and so are empty parts of the query. It is narrower in
/// hosts: names of letters, digits, `-`, `.` and `_` (browsers send punycode), or bracketed IPv6 literals; numbers
/// in them are not reinterpreted.
///
/// Normalising a normalised address changes nothing.
package struct AddressNormaliser {
    /// What happens to an address's query.
    package enum QueryTreatment: Sendable {
        /// It is kept but for tracking parameters.
        case withoutTracking
        /// It is taken out.
        case removed
    }

    /// Bytes of a host name (RFC 1035, section 2.3.4).
    private static let hostBytes = 253

    /// What was taken out of the query.
    package private(set) var parameters = TrackingParameters()
    private var isSecure = false
    /// The first byte of the result, and of its path.
    private var start = 0
    private var pathStart = 0
    private var pathEnd = 0
    private var hostEnd = 0

    /// A normaliser, for one address.
    package init() {}

    /// Normalises the address that lies at `raw` in `scratch` and appends the result to `scratch`. The bytes at
    /// `raw` are changed; ``parameters`` lie within them.
    ///
    /// Throws `invalidURL` for anything but an absolute http or https address, `tooLarge` for a result over
    /// ``Limits/urlBytes``; `scratch` is then as long as before.
    package mutating func normalise(
        _ raw: TextRange,
        query: QueryTreatment,
        in scratch: inout [UInt8]
    ) throws(Rejection) -> PageAddress {
        self = AddressNormaliser()
        self.start = scratch.count
        do {
            let input = Self.compact(raw, in: &scratch)
            let rest = try self.readScheme(input, in: scratch)
            let pathInput = try self.appendAuthority(rest, to: &scratch)
            let queryInput = try self.appendPath(pathInput, to: &scratch)
            if query == .withoutTracking { try self.appendQuery(queryInput, to: &scratch) }
        } catch {
            scratch.truncate(to: self.start)
            throw error
        }
        return PageAddress(
            text: TextRange(start: self.start, count: scratch.count - self.start),
            host: TextRange(start: self.start, count: self.hostEnd - self.start),
            path: TextRange(start: self.pathStart, count: self.pathEnd - self.pathStart),
            isSecure: self.isSecure
        )
    }

    /// Appends the bytes of an address to `scratch` and normalises them there.
    ///
    /// Throws as ``normalise(_:query:in:)`` does.
    package mutating func normalise(
        _ address: UnsafeRawBufferPointer,
        query: QueryTreatment,
        into scratch: inout [UInt8]
    ) throws(Rejection) -> PageAddress {
        let raw = TextRange(start: scratch.count, count: address.count)
        scratch.append(contentsOf: address)
        return try self.normalise(raw, query: query, in: &scratch)
    }

    /// Takes out what the standard ignores: controls and spaces around, tabs and line breaks within; and the
    /// fragment.
    private static func compact(_ raw: TextRange, in scratch: inout [UInt8]) -> Range<Int> {
        var bounds = raw.bounds
        while let first = bounds.first, scratch[first] <= ASCII.space { bounds = (first + 1)..<bounds.upperBound }
        while let last = bounds.last, scratch[last] <= ASCII.space { bounds = bounds.lowerBound..<last }
        var end = bounds.lowerBound
        for index in bounds {
            let byte = scratch[index]
            if byte == ASCII.hash { break }
            if byte == ASCII.tab || byte == ASCII.lineFeed || byte == ASCII.carriageReturn { continue }
            scratch[end] = byte
            end += 1
        }
        return bounds.lowerBound..<end
    }

    /// Reads `http:` or `https:` and the slashes behind it, however many there are.
    private mutating func readScheme(_ input: Range<Int>, in scratch: [UInt8]) throws(Rejection) -> Range<Int> {
        let name: StaticString = "https:"
        var index = input.lowerBound
        for position in 0..<name.utf8CodeUnitCount {
            guard index < input.upperBound else { throw .invalidURL }
            let byte = ASCII.lowercased(scratch[index])
            let isLastOfHTTP = position == 4 && byte == ASCII.colon
            guard isLastOfHTTP || byte == name.utf8Start[position] else { throw .invalidURL }
            index += 1
            if isLastOfHTTP { break }
            self.isSecure = position == 5
        }
        while index < input.upperBound, Self.isSlash(scratch[index]) { index += 1 }
        return index..<input.upperBound
    }

    static func isSlash(_ byte: UInt8) -> Bool { byte == ASCII.slash || byte == ASCII.backslash }

    // MARK: Authority

    /// Appends host and port and returns what follows them.
    private mutating func appendAuthority(
        _ input: Range<Int>,
        to scratch: inout [UInt8]
    ) throws(Rejection) -> Range<Int> {
        var end = input.lowerBound
        var hostStart = end
        while end < input.upperBound, !Self.isSlash(scratch[end]), scratch[end] != ASCII.question {
            if scratch[end] == ASCII.at { hostStart = end + 1 }
            end += 1
        }
        guard hostStart < end else { throw .invalidURL }
        let portStart =
            scratch[hostStart] == ASCII.openBracket
            ? try self.appendLiteral(hostStart..<end, to: &scratch)
            : try self.appendName(hostStart..<end, to: &scratch)
        self.hostEnd = scratch.count
        guard 1...Self.hostBytes ~= self.hostEnd - self.start else { throw .invalidURL }
        if portStart < end {
            guard scratch[portStart] == ASCII.colon else { throw .invalidURL }
            try self.appendPort((portStart + 1)..<end, to: &scratch)
        }
        return end..<input.upperBound
    }

    /// Appends a bracketed IPv6 literal and returns where it ends in the input.
    private func appendLiteral(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) -> Int {
        for index in input {
            let byte = ASCII.lowercased(scratch[index])
            let isEdge = byte == (index == input.lowerBound ? ASCII.openBracket : ASCII.closeBracket)
            guard isEdge || ASCII.hexValue(of: byte) != nil || byte == ASCII.colon || byte == ASCII.dot else {
                throw .invalidURL
            }
            scratch.append(byte)
            // The shortest address is `::`.
            if isEdge, index > input.lowerBound {
                guard index - input.lowerBound > 2 else { throw .invalidURL }
                return index + 1
            }
        }
        throw .invalidURL
    }

    /// Appends a host name and returns where it ends in the input.
    private func appendName(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) -> Int {
        var index = input.lowerBound
        while index < input.upperBound, scratch[index] != ASCII.colon {
            var byte = scratch[index]
            index += 1
            if byte == ASCII.percent {
                guard let decoded = PercentCoding.decode(at: index, until: input.upperBound, in: scratch) else {
                    throw .invalidURL
                }
                byte = decoded
                index += 2
            }
            byte = ASCII.lowercased(byte)
            guard ASCII.isUnreserved(byte), byte != ASCII.tilde else { throw .invalidURL }
            scratch.append(byte)
        }
        return index
    }

    /// Appends a colon and the port, unless there is none or it is the scheme's own.
    private func appendPort(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) {
        var port = 0
        for index in input {
            guard ASCII.isDigit(scratch[index]) else { throw .invalidURL }
            port = port * 10 + Int(scratch[index] - ASCII.zero)
            guard port <= 65_535 else { throw .invalidURL }
        }
        if input.isEmpty || port == (self.isSecure ? 443 : 80) { return }
        scratch.append(ASCII.colon)
        var unit = 10_000
        while unit > 1, port < unit { unit /= 10 }
        while unit > 0 {
            scratch.append(ASCII.zero + UInt8(truncatingIfNeeded: port / unit % 10))
            unit /= 10
        }
    }

    // MARK: Path and query

    /// Appends the path with its dot segments resolved and returns the query, which may be empty.
    private mutating func appendPath(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) -> Range<Int> {
        self.pathStart = scratch.count
        var index = input.lowerBound
        while index < input.upperBound, Self.isSlash(scratch[index]) {
            let segmentStart = index + 1
            index = segmentStart
            while index < input.upperBound, !Self.isSlash(scratch[index]), scratch[index] != ASCII.question {
                index += 1
            }
            let isLast = index == input.upperBound || scratch[index] == ASCII.question
            self.appendSegment(segmentStart..<index, isLast: isLast, to: &scratch)
        }
        if scratch.count == self.pathStart { scratch.append(ASCII.slash) }
        self.pathEnd = scratch.count
        try self.checkLength(of: scratch)
        return min(index + 1, input.upperBound)..<input.upperBound
    }

    private func appendSegment(_ segment: Range<Int>, isLast: Bool, to scratch: inout [UInt8]) {
        let tail = scratch.count
        scratch.append(ASCII.slash)
        PercentCoding.appendNormalised(segment, encoding: PercentCoding.isEncodedInPath, to: &scratch)
        let written = TextRange(start: tail, count: scratch.count - tail)
        let isParent = written.equals("/..", in: scratch)
        guard isParent || written.equals("/.", in: scratch) else { return }
        scratch.truncate(to: tail)
        if isParent {
            // The path's own first slash stands for the root, above which there is nothing.
            let parent = scratch[self.pathStart...].lastIndex(of: ASCII.slash) ?? self.pathStart
            scratch.truncate(to: parent)
        }
        if isLast { scratch.append(ASCII.slash) }
    }

    private mutating func appendQuery(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) {
        var index = input.lowerBound
        while index < input.upperBound {
            let partStart = index
            while index < input.upperBound, scratch[index] != ASCII.ampersand { index += 1 }
            if index > partStart { try self.appendPart(partStart..<index, to: &scratch) }
            index += 1
        }
    }

    /// Appends one `name=value` unless it is a tracking parameter.
    private mutating func appendPart(_ part: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) {
        let tail = scratch.count
        let equals = scratch[part].firstIndex(of: ASCII.equals) ?? part.upperBound
        PercentCoding.appendNormalised(
            part.lowerBound..<equals,
            encoding: PercentCoding.isEncodedInQuery,
            to: &scratch
        )
        // Tracking parameters are recognised in any case; the letters of others are left alone.
        let spelled = TextRange(start: tail, count: scratch.count - tail)
        for index in spelled.bounds { scratch.append(ASCII.lowercased(scratch[index])) }
        let valueStart = min(equals + 1, part.upperBound)
        let isTracking = self.parameters.take(
            TextRange(start: spelled.bounds.upperBound, count: Int(spelled.count)),
            value: TextRange(start: valueStart, count: part.upperBound - valueStart),
            in: scratch
        )
        scratch.truncate(to: tail)
        if isTracking { return }
        scratch.append(tail == self.pathEnd ? ASCII.question : ASCII.ampersand)
        PercentCoding.appendNormalised(part, encoding: PercentCoding.isEncodedInQuery, to: &scratch)
        try self.checkLength(of: scratch)
    }

    private func checkLength(of scratch: [UInt8]) throws(Rejection) {
        guard scratch.count - self.start <= Limits.urlBytes else { throw .tooLarge }
    }
}
