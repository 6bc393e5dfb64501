extension JSONReader {
    /// Reads a number as the nearest double; infinite if it is beyond a double's range. Throws `malformedJSON`.
    package mutating func readNumber() throws(Rejection) -> Double {
        self.skipSpace()
        let start = self.offset
        var decimal = Decimal()
        let isNegative = self.takeByte(ASCII.minus)
        let whole = self.readDigits(into: &decimal, isFraction: false)
        guard whole > 0, whole == 1 || self.bytes[self.offset - whole] != ASCII.zero else { throw .malformedJSON }
        if self.takeByte(ASCII.dot) {
            guard self.readDigits(into: &decimal, isFraction: true) > 0 else { throw .malformedJSON }
        }
        if self.takeByte(UInt8(ascii: "e")) || self.takeByte(UInt8(ascii: "E")) {
            decimal.exponent += try self.readExponent()
        }
        guard let magnitude = decimal.exactValue else {
            // Rare: more digits, or a larger exponent, than a double holds exactly. The string is the one
            // allocation of this reader.
            return Double(String(decoding: self.bytes[start..<self.offset], as: UTF8.self)) ?? .infinity
        }
        return isNegative ? -magnitude : magnitude
    }

    /// Reads digits and tells how many there were.
    private mutating func readDigits(into decimal: inout Decimal, isFraction: Bool) -> Int {
        let start = self.offset
        while self.offset < self.bytes.count, ASCII.isDigit(self.bytes[self.offset]) {
            decimal.append(UInt64(self.bytes[self.offset] - ASCII.zero), isFraction: isFraction)
            self.offset += 1
        }
        return self.offset - start
    }

    private mutating func readExponent() throws(Rejection) -> Int {
        let isNegative = self.takeByte(ASCII.minus)
        if !isNegative { _ = self.takeByte(ASCII.plus) }
        let start = self.offset
        var exponent = 0
        while self.offset < self.bytes.count, ASCII.isDigit(self.bytes[self.offset]) {
            // Far beyond any double already; more digits change nothing.
            if exponent < 100_000 { exponent = exponent * 10 + Int(self.bytes[self.offset] - ASCII.zero) }
            self.offset += 1
        }
        guard self.offset > start else { throw .malformedJSON }
        return isNegative ? -exponent : exponent
    }

    private mutating func takeByte(_ byte: UInt8) -> Bool {
        guard self.offset < self.bytes.count, self.bytes[self.offset] == byte else { return false }
        self.offset += 1
        return true
    }
}

/// The digits of a number, while a double can hold their product with a power of ten exactly (Clinger, "How to read
/// floating point numbers accurately", 1990: below 2^53 and up to 10^22 one rounding is the right rounding).
private struct Decimal {
    private var digits: UInt64 = 0
    private var hasOverflowed = false
    /// The power of ten that the digits are multiplied with.
    var exponent = 0

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    mutating func append(_ digit: UInt64, isFraction: Bool) {
        guard self.digits < 1 << 53 else {
            self.hasOverflowed = true
            return
        }
        self.digits = self.digits * 10 + digit
        if isFraction { self.exponent -= 1 }
    }

    /// The value, if it can be told with one exact operation.
    var exactValue: Double? {
        if self.digits == 0, !self.hasOverflowed { return 0 }
        guard !self.hasOverflowed, self.digits <= 1 << 53, abs(self.exponent) <= 22 else { return nil }
        let power = Self.powers[abs(self.exponent)]
        return self.exponent < 0 ? Double(self.digits) / power : Double(self.digits) * power
    }
}
