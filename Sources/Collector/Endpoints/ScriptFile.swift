import Domain

/// A script the port serves, with the answers it needs.
struct ScriptFile: Sendable {
    /// What stands in its immutable address and its entity tag.
    let hash: String
    private let floating: Answer
    private let immutable: Answer

    /// A file of these bytes.
    init(_ bytes: [UInt8]) {
        // A name for a version, not a seal: the key only has to be the same everywhere.
        let digits = String(bytes.withUnsafeBytes { SipHash.hash($0, key: SipKey(0, 0)) }, radix: 16)
        self.hash = String(repeating: "0", count: 16 - digits.count) + digits
        self.floating = Self.answer(bytes, hash: self.hash, caching: "public, max-age=3600")
        self.immutable = Self.answer(bytes, hash: self.hash, caching: "public, max-age=31536000, immutable")
    }

    /// The answer to a request for it. An address with another version's hash gets the current one, kept briefly.
    func answer(_ request: Request, version: TextRange? = nil) -> Answer {
        let isExact = version.map { request.bytes(at: $0).elementsEqual(self.hash.utf8) } ?? false
        let answer = isExact ? self.immutable : self.floating
        return self.isFresh(request.value(.ifNoneMatch)) ? answer.with(.notModified) : answer
    }

    private func isFresh(_ tags: UnsafeRawBufferPointer) -> Bool {
        guard !tags.isEmpty else { return false }
        var isFresh = false
        Octets.forEachPart(of: tags, separator: UInt8(ascii: ",")) { tag in
            let isWeak = tag.starts(with: "W/".utf8)
            let strong = isWeak ? UnsafeRawBufferPointer(rebasing: tag[2...]) : tag
            isFresh = strong.elementsEqual("\"\(self.hash)\"".utf8)
            return !isFresh
        }
        return isFresh
    }

    private static func answer(_ bytes: [UInt8], hash: String, caching: String) -> Answer {
        Answer(
            status: .ok,
            fields: Array(
                """
                Content-Type: text/javascript; charset=utf-8\r
                Cache-Control: \(caching)\r
                ETag: "\(hash)"\r
                Access-Control-Allow-Origin: *\r
                Cross-Origin-Resource-Policy: cross-origin\r
                X-Content-Type-Options: nosniff\r

                """.utf8
            ),
            body: bytes
        )
    }
}
