/// What a signed token says (design, section 7).
package struct TokenPayload: Equatable, Sendable {
    /// What a token is good for. Part of what is signed, so that one cannot be used as another.
    package enum Purpose: UInt8, Sendable, CaseIterable {
        /// Lives in a field of the mail tool or CRM; opens any tracked link.
        case contact = 1
        /// One message's opens and links.
        case message = 2
        /// One quote.
        case quote = 3
        /// The preferences page.
        case preferences = 4
        /// A salesperson's answer to a lead.
        case answer = 5
        /// One click on a tracked link, handed over to the landing page.
        case click = 6
        /// One way from a quote's page to the site, handed over likewise.
        case quoteClick = 7
    }

    /// What it is good for.
    package var purpose: Purpose
    /// Days since 1970-01-01 when it was issued.
    package var issueDay: UInt16
    /// Whom it names.
    package var contact: ContactID
    /// The message, quote or, for a click, the link it belongs to; 0 for none.
    package var object: UInt32
    /// For clicks: which one. 0 otherwise.
    package var nonce: UInt64

    /// A payload.
    package init(
        purpose: Purpose,
        issueDay: UInt16,
        contact: ContactID,
        object: UInt32 = 0,
        nonce: UInt64 = 0
    ) {
        self.purpose = purpose
        self.issueDay = issueDay
        self.contact = contact
        self.object = object
        self.nonce = nonce
    }

    /// Whether it still ties a visitor to its contact on a day.
    package func links(onDay day: UInt16) -> Bool {
        let days =
            switch self.purpose {
            case .contact, .message, .quote, .preferences, .answer: Limits.tokenLinkingDays
            case .click, .quoteClick: Limits.clickLinkingDays
            }
        return day >= self.issueDay && day - self.issueDay <= days
    }

    /// At most 23 bytes: purpose, day, contact, object, and the nonce if there is one.
    fileprivate var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(self.purpose.rawValue)
        writer.write(self.issueDay)
        writer.write(self.contact.rawValue)
        writer.write(self.object)
        if self.nonce != 0 { writer.write(self.nonce) }
        return writer.bytes
    }

    fileprivate init?(bytes: [UInt8]) {
        let decoded: TokenPayload? = bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            guard let purpose = (try? reader.readByte()).flatMap(Purpose.init(rawValue:)),
                let day: UInt16 = try? reader.readWord(),
                let contact: UInt64 = try? reader.readWord(),
                let object: UInt32 = try? reader.readWord()
            else { return nil }
            var nonce: UInt64 = 0
            if reader.remaining > 0 {
                guard let word: UInt64 = try? reader.readWord(), reader.remaining == 0 else { return nil }
                nonce = word
            }
            return TokenPayload(
                purpose: purpose,
                issueDay: day,
                contact: ContactID(contact),
                object: object,
                nonce: nonce
            )
        }
        guard let decoded else { return nil }
        self = decoded
    }
}

/// 128 bits of a token's authentication code.
package struct TokenCode: Sendable {
    private let first: UInt64
    private let second: UInt64

    /// The code whose sixteen bytes these words hold in the order of memory of a little-endian machine.
    package init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The code that begins a longer one; nil for fewer than sixteen bytes.
    package init?(prefixOf bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 16 else { return nil }
        self.first = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        self.second = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Whether two codes are the same, after the same work whatever they are.
    func isSame(as other: TokenCode) -> Bool { (self.first ^ other.first) | (self.second ^ other.second) == 0 }

    fileprivate var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(self.first)
        writer.write(self.second)
        return writer.bytes
    }
}

/// The keyed authentication code of tokens: HMAC-SHA-256, of which 128 bits are used (RFC 2104, RFC 4868 truncation).
///
/// A seam because `Domain` has no cryptography; the real one is swift-crypto's.
package protocol TokenSigner: Sendable {
    /// The number of the key that new tokens are signed with, 1…255.
    var currentKey: UInt8 { get }
    /// The code of `message` under a key; nil for a key that does not exist (any more).
    func code(of message: UnsafeRawBufferPointer, key: UInt8) -> TokenCode?
}

/// The text form: `v1.<key id>.<base64url payload>.<base64url code>`. The code covers everything in front of it.
package enum Token {
    private static let version: StaticString = "v1."

    /// Signs a payload with the current key.
    package static func encode(_ payload: TokenPayload, signer: any TokenSigner) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(Limits.tokenBytes)
        _ = text.appendText(self.version)
        text.append(contentsOf: String(signer.currentKey).utf8)
        text.append(ASCII.dot)
        Base64URL.append(payload.bytes, to: &text)
        let code = text.withUnsafeBytes { signer.code(of: $0, key: signer.currentKey) }
        text.append(ASCII.dot)
        if let code { Base64URL.append(code.bytes, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The payload of a token whose code is right; nil for anything else, after the same work for every
    /// well-formed text.
    package static func decode(_ text: UnsafeRawBufferPointer, signer: any TokenSigner) -> TokenPayload? {
        guard text.count <= Limits.tokenBytes, let parts = Parts(text),
            let payload = Base64URL.decode(text[parts.payload]), let tail = Base64URL.decode(text[parts.code]),
            tail.count == 16, let given = tail.withUnsafeBytes({ TokenCode(prefixOf: $0) })
        else { return nil }
        // A key that does not exist costs the same as a wrong code: one is computed and compared either way.
        let signed = UnsafeRawBufferPointer(rebasing: text[..<parts.payload.upperBound])
        let known = signer.code(of: signed, key: parts.key)
        let code = known ?? signer.code(of: signed, key: signer.currentKey)
        guard code?.isSame(as: given) == true, known != nil else { return nil }
        return TokenPayload(bytes: payload)
    }

    /// Where the parts of a token's text lie.
    private struct Parts {
        var key: UInt8
        var payload: Range<Int>
        var code: Range<Int>

        init?(_ text: UnsafeRawBufferPointer) {
            let version = Token.version
            let keyStart = version.utf8CodeUnitCount
            guard text.count > keyStart else { return nil }
            for index in 0..<keyStart where text[index] != version.utf8Start[index] { return nil }
            let keyEnd = ByteScan.skip(to: ASCII.dot, text, from: keyStart)
            guard let key = Self.key(text[keyStart..<keyEnd]), keyEnd < text.count else { return nil }
            let payloadEnd = ByteScan.skip(to: ASCII.dot, text, from: keyEnd + 1)
            guard payloadEnd < text.count else { return nil }
            self.key = key
            self.payload = (keyEnd + 1)..<payloadEnd
            self.code = (payloadEnd + 1)..<text.count
        }

        private static func key(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt8? {
            guard 1...3 ~= digits.count, digits.allSatisfy(ASCII.isDigit) else { return nil }
            return UInt8(exactly: digits.reduce(0) { $0 * 10 + Int($1 - ASCII.zero) })
        }
    }
}
