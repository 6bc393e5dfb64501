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

    /// What was taken out of the query.
    package internal(set) var parameters = TrackingParameters()
    var isSecure = false
    /// The first byte of the result, and of its path.
    var start = 0
    var pathStart = 0
    var pathEnd = 0
    var hostEnd = 0

    /// A normaliser, for one address.
    package init() {}

    /// Normalises the address that lies at `raw` in `scratch` and appends the result to `scratch`. The bytes at
    /// `raw` are changed; ``parameters`` lie within them.
    ///
    /// Throws `invalidURL` for anything but an absolute http or https address, `urlTooLong` for a result over
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
        // Nearly all addresses have nothing to take out but a fragment, so nothing is moved before the first such byte.
        let plain = scratch.withUnsafeBytes { bytes in
            ByteScan.skipPlainAddress(
                UnsafeRawBufferPointer(rebasing: bytes[..<bounds.upperBound]),
                from: bounds.lowerBound
            )
        }
        var end = plain
        for index in plain..<bounds.upperBound {
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
}
