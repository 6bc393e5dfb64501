import Domain

enum TokenTarget {
    /// Signs everything with zeros, so that what lies behind the code is reached.
    private struct ZeroSigner: TokenSigner {
        let currentKey: UInt8 = 1

        func code(of message: UnsafeRawBufferPointer, key: UInt8) -> TokenCode? {
            key == 0 ? nil : TokenCode(0, 0)
        }
    }

    static func run(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        if let plain = Base64URL.decode(bytes) {
            let again = Base64URL.encode(plain)
            try BrokenPromise.unless(again.utf8.elementsEqual(bytes), "bytes have one spelling")
        }
        guard let payload = Token.decode(bytes, signer: ZeroSigner()) else { return }
        let text = Array(Token.encode(payload, signer: ZeroSigner()).utf8)
        try BrokenPromise.unless(text.count <= Limits.tokenBytes, "a token keeps its limit")
        let again = text.withUnsafeBytes { Token.decode($0, signer: ZeroSigner()) }
        try BrokenPromise.unless(again == payload, "a token reads back as it was")
    }
}
