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

/// The keyed authentication code of tokens: HMAC-SHA-256, of which 128 bits are used (RFC 2104, RFC 4868 truncation).
///
/// A seam because `Domain` has no cryptography; the real one is swift-crypto's.
package protocol TokenSigner: Sendable {
    /// The number of the key that new tokens are signed with, 1…255.
    var currentKey: UInt8 { get }
    /// The first 16 bytes of the code of `message` under a key; nil for a key that does not exist (any more).
    func code(of message: [UInt8], key: UInt8) -> [UInt8]?
}

/// The text form: `v1.<key id>.<base64url payload>.<base64url code>`. The code covers everything in front of it.
package enum Token {
    /// Signs a payload with the current key.
    package static func encode(_ payload: TokenPayload, signer: any TokenSigner) -> String {
        let signed = "v1.\(signer.currentKey)." + Base64URL.encode(payload.bytes)
        let code = signer.code(of: Array(signed.utf8), key: signer.currentKey) ?? []
        return signed + "." + Base64URL.encode(code)
    }

    /// The payload of a token whose code is right; nil for anything else, after the same work for every
    /// well-formed text.
    package static func decode(_ text: some Sequence<UInt8>, signer: any TokenSigner) -> TokenPayload? {
        let bytes = Array(text.prefix(Limits.tokenBytes + 1))
        guard bytes.count <= Limits.tokenBytes else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("v1".utf8),
            let key = UInt8(String(decoding: parts[1], as: UTF8.self)),
            let payloadBytes = Base64URL.decode(parts[2]), let given = Base64URL.decode(parts[3]), given.count == 16
        else { return nil }
        let signedCount = bytes.count - parts[3].count - 1
        // A key that does not exist costs the same as a wrong code: the comparison runs either way.
        let known = signer.code(of: Array(bytes[..<signedCount]), key: key)
        let expected = known ?? [UInt8](repeating: 0, count: 16)
        var difference: UInt8 = known == nil ? 1 : 0
        for index in 0..<16 { difference |= expected[index] ^ given[index] }
        guard difference == 0 else { return nil }
        return TokenPayload(bytes: payloadBytes)
    }
}

/// Base64 with the URL-safe alphabet and no padding (RFC 4648, section 5).
package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The text of bytes.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = (bits << 8) | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(self.alphabet[Int((bits >> UInt32(count)) & 63)])
            }
        }
        if count > 0 { text.append(self.alphabet[Int((bits << UInt32(6 - count)) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The six bits of a character; nil for one outside the alphabet.
    package static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }

    /// The bytes of a text; nil if it is not canonical (a character outside the alphabet, or stray bits at the end).
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for character in text {
            guard let value = Self.value(of: character) else { return nil }
            bits = (bits << 6) | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard bits & ((1 << UInt32(count)) - 1) == 0 else { return nil }
        return bytes
    }
}
