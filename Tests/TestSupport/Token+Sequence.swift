package import Domain

extension Token {
    /// The payload of a token that is not in one piece of memory yet.
    package static func decode(_ text: some Sequence<UInt8>, signer: any TokenSigner) -> TokenPayload? {
        Array(text).withUnsafeBytes { self.decode($0, signer: signer) }
    }
}
