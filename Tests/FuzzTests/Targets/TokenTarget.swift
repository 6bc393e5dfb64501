import Domain

enum TokenTarget {
    /// Signs everything with zeros, so that what lies behind the code is reached.
    private struct ZeroSigner: TokenSigner {
        let currentKey: UInt8 = 1

        func code(of message: [UInt8], key: UInt8) -> [UInt8]? {
            key == 0 ? nil : [UInt8](repeating: 0, count: 16)
        }
    }

    static func run(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        if let plain = Base64URL.decode(bytes) {
            let again = Base64URL.encode(plain)
            try BrokenPromise.unless(again.utf8.elementsEqual(bytes), "bytes have one spelling")
        }
        guard let payload = Token.decode(bytes, signer: ZeroSigner()) else { return }
        let text = Token.encode(payload, signer: ZeroSigner())
        try BrokenPromise.unless(text.utf8.count <= Limits.tokenBytes, "a token keeps its limit")
        let again = Token.decode(text.utf8, signer: ZeroSigner())
        try BrokenPromise.unless(again == payload, "a token reads back as it was")
    }
}
