import Domain

/// How the public port's cookies are named and bound.
package struct CookieSettings: Equatable, Sendable {
    /// The visitor cookie's name, without prefix.
    package var name = "vdg"
    /// The domain whose hosts share it; empty for the host that sets it alone.
    package var domain = ""
    /// Whether it travels over https only. Off only for plain http on the own machine.
    package var isSecure = true

    /// The defaults.
    package init() {}

    /// Seconds a cookie lives: 395 days, counted from the first visit and never renewed.
    static let maximumAge = 34_128_000

    /// The `__Host-` prefix binds the cookie to its host and to https; browsers refuse it otherwise.
    private var prefix: String { self.isSecure && self.domain.isEmpty ? "__Host-" : "" }

    /// The visitor cookie's whole name.
    var visitorName: String { self.prefix + self.name }

    /// The opt-out cookie's whole name.
    var optOutName: String { self.prefix + self.name + "_optout" }

    private func line(name: String, value: String, age: Int = Self.maximumAge) -> String {
        var line = "\(name)=\(value); Max-Age=\(age); Path=/; HttpOnly; SameSite=Lax"
        if self.isSecure { line += "; Secure" }
        if !self.domain.isEmpty { line += "; Domain=\(self.domain)" }
        return line
    }

    /// The value of the Set-Cookie that sets the visitor's cookie.
    func visitorLine(_ visitor: VisitorID) -> String {
        self.line(name: self.visitorName, value: VisitorCookie.text(visitor))
    }

    /// The value of the Set-Cookie that takes the visitor's cookie back.
    var clearingLine: String { self.line(name: self.visitorName, value: "", age: 0) }

    /// The value of the Set-Cookie that remembers that this browser wants nothing recorded.
    var optOutLine: String { self.line(name: self.optOutName, value: "1") }
}

/// The visitor cookie's value: the 128 bits in base64url.
enum VisitorCookie {
    static func text(_ visitor: VisitorID) -> String {
        var writer = ByteWriter()
        writer.write(visitor.high.byteSwapped)
        writer.write(visitor.low.byteSwapped)
        return Base64URL.encode(writer.bytes)
    }

    static func visitor(_ text: UnsafeRawBufferPointer) -> VisitorID? {
        guard text.count == 22 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<21 {
            guard let digit = Base64URL.value(of: text[index]) else { return nil }
            high = high << 6 | low >> 58
            low = low << 6 | UInt64(digit)
        }
        // The last character carries two bits; the four behind them are padding.
        guard let last = Base64URL.value(of: text[21]), last & 0xf == 0 else { return nil }
        return VisitorID(high: high << 2 | low >> 62, low: low << 2 | UInt64(last >> 4))
    }
}

/// The names of our cookies as they stand in requests.
struct CookieNames: Sendable {
    let visitor: [UInt8]
    let optOut: [UInt8]

    init(_ settings: CookieSettings) {
        self.visitor = Array(settings.visitorName.utf8)
        self.optOut = Array(settings.optOutName.utf8)
    }
}

/// Our cookies in a request.
struct RequestCookies: Equatable, Sendable {
    /// The visitor's, if it is one.
    var visitor: VisitorID?
    /// Whether the opt-out is set.
    var hasOptedOut = false

    /// Reads a Cookie header. Of a visitor cookie given twice, the first counts (RFC 6265, section 5.4, puts the most
    /// specific one first).
    init(_ header: UnsafeRawBufferPointer, names: CookieNames) {
        guard !header.isEmpty else { return }
        var visitor: VisitorID?
        var hasVisitor = false
        var hasOptedOut = false
        Octets.forEachPart(of: header, separator: UInt8(ascii: ";")) { pair in
            let equals = ByteScan.skip(to: UInt8(ascii: "="), pair, from: 0)
            guard equals < pair.count else { return true }
            let name = UnsafeRawBufferPointer(rebasing: pair[..<equals])
            let value = UnsafeRawBufferPointer(rebasing: pair[(equals + 1)...])
            if !hasVisitor, Octets.equals(name, names.visitor) {
                hasVisitor = true
                visitor = VisitorCookie.visitor(value)
            } else if Octets.equals(name, names.optOut) {
                hasOptedOut = hasOptedOut || value.elementsEqual("1".utf8)
            }
            return true
        }
        self.visitor = visitor
        self.hasOptedOut = hasOptedOut
    }
}
