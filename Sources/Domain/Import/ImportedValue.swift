/// Numbers, days and yes-or-no as people and CRMs write them in French and English.
package enum ImportedValue {
    /// The number in a text: no-break and other spaces, apostrophes as group signs, a currency sign or code, a
    /// suffix `k`, `M` or `Md`, a decimal comma or point; of a range (`11-50`, `50+`) the lower bound. Nil when it
    /// is not a number.
    ///
    /// With both a comma and a point, the last one is the decimal sign. `1,234` alone is 1.234 where the file has a
    /// `decimalComma`, else 1234.
    package static func number(_ text: String, decimalComma: Bool) -> Double? {
        var bytes = FieldText.withoutSpaces(text).map(ASCII.lowercased)[...]
        var isNegative = false
        if let first = bytes.first, !ASCII.isDigit(first) {
            for sign in ["€", "$", "£", "eur", "usd"] where bytes.starts(with: sign.utf8) {
                bytes = bytes.dropFirst(sign.utf8.count)
            }
        }
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
        }
        let digits = bytes.prefix { ASCII.isDigit($0) || self.separators.contains($0) }
        guard let factor = self.factor(of: bytes.dropFirst(digits.count)),
            let value = self.magnitude(Array(digits), decimalComma: decimalComma)
        else { return nil }
        return (isNegative ? -value : value) * factor
    }

    /// A number as text: whole numbers without a point, which is how the model's conditions are written.
    package static func text(of number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? number.description
    }

    /// The day in a text, `JJ/MM/AAAA` (also with points or hyphens) or `AAAA-MM-JJ`, as `AAAA-MM-JJ`. A time behind
    /// it is not looked at. Nil when it is not a day of the calendar.
    package static func day(_ text: String) -> String? {
        let bytes = Array(FieldText.trimmed(text).utf8)
        var numbers: [(value: Int, digits: Int)] = [(0, 0)]
        var at = 0
        scan: while at < bytes.count {
            switch bytes[at] {
            case let byte where ASCII.isDigit(byte):
                let last = numbers[numbers.count - 1]
                guard last.digits < 4 else { return nil }
                numbers[numbers.count - 1] = (last.value * 10 + Int(byte - UInt8(ascii: "0")), last.digits + 1)
            case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."):
                guard numbers.count < 3 else { return nil }
                numbers.append((0, 0))
            case UInt8(ascii: " "), UInt8(ascii: "T"): break scan
            default: return nil
            }
            at += 1
        }
        guard numbers.count == 3, numbers.allSatisfy({ $0.digits > 0 }) else { return nil }
        if numbers[2].digits == 4 { numbers.swapAt(0, 2) }
        guard numbers[0].digits == 4, numbers[2].digits <= 2, numbers[1].digits <= 2 else { return nil }
        return self.isoDay(year: numbers[0].value, month: numbers[1].value, day: numbers[2].value)
    }

    /// Yes or no; nil when it is neither.
    package static func flag(_ text: String) -> Bool? {
        switch FoldedName(text).key {
        case "oui", "o", "yes", "y", "vrai", "true", "1", "x", "on": true
        case "non", "n", "no", "faux", "false", "0", "off": false
        default: nil
        }
    }

    private static let separators = Array(",.'".utf8)

    /// What a text behind the digits multiplies by; nil when it is no unit.
    private static func factor(of suffix: ArraySlice<UInt8>) -> Double? {
        if suffix.isEmpty { return 1 }
        var rest = String(decoding: suffix, as: UTF8.self)
        // A range's or an open range's upper end says nothing about the least.
        if rest == "+" { return 1 }
        if rest.hasPrefix("-") || rest.hasPrefix("–") {
            return rest.utf8.allSatisfy { !($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) } ? 1 : nil
        }
        for currency in ["€", "$", "£", "euros", "eur", "usd"] where rest.hasSuffix(currency) {
            rest.removeLast(currency.count)
            break
        }
        return switch rest {
        case "": 1
        case "k": 1_000
        case "m": 1_000_000
        case "md": 1_000_000_000
        default: nil
        }
    }

    private static func magnitude(_ digits: [UInt8], decimalComma: Bool) -> Double? {
        let comma = UInt8(ascii: ",")
        let point = UInt8(ascii: ".")
        guard let first = digits.first, ASCII.isDigit(first) || first == comma || first == point else { return nil }
        let signs = digits.indices.filter { digits[$0] == comma || digits[$0] == point }
        var decimal = signs.last
        if let last = signs.last {
            let groups = signs.filter { digits[$0] == digits[last] }
            let looksGrouped = digits[last] == comma && !decimalComma && digits.count - last == 4 && last <= 3
            // A sign that comes twice separates groups; so does `1,234` in an English file.
            if groups.count > 1 || (signs.count == 1 && looksGrouped) { decimal = nil }
        }
        var plain: [UInt8] = []
        for (index, byte) in digits.enumerated() {
            if ASCII.isDigit(byte) {
                plain.append(byte)
            } else if index == decimal {
                plain.append(point)
            }
        }
        guard plain.contains(where: ASCII.isDigit) else { return nil }
        guard let value = Double(String(decoding: plain, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    private static func isoDay(year: Int, month: Int, day: Int) -> String? {
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year > 0, (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
        let padded = { (number: Int, width: Int) in
            let text = String(number)
            return String(repeating: "0", count: width - text.count) + text
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
