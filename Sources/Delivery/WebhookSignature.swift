internal import Crypto
internal import FoundationEssentials

/// The signature of Standard Webhooks 1.0.0: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
struct WebhookSignature: Sendable {
    private let key: SymmetricKey

    /// A signer with a secret `whsec_<base64>`, with or without padding; nil if that holds no key.
    init?(secret: String) {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix) else { return nil }
        var encoded = String(secret.dropFirst(prefix.count))
        while encoded.utf8.count % 4 != 0 { encoded.append("=") }
        guard let bytes = Data(base64Encoded: encoded), !bytes.isEmpty else { return nil }
        self.key = SymmetricKey(data: bytes)
    }

    /// The value of `webhook-signature` for a message at a time in Unix seconds.
    func value(id: String, timestamp: Int64, body: [UInt8]) -> String {
        var code = HMAC<SHA256>(key: self.key)
        code.update(data: Array("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return "v1," + Data(code.finalize()).base64EncodedString()
    }
}
