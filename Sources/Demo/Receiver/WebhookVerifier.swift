import Crypto
import Foundation

/// Verifies what Standard Webhooks 1.0.0 signs: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
///
/// About forty lines, to be read as an example of what a receiver has to do.
package struct WebhookVerifier: Sendable {
    /// What is to be thought of a request.
    package enum Verdict: String, Equatable, Sendable {
        /// It comes from who shares the secret, and now.
        case verified
        /// The signature is right and too old, or from the future: somebody may be repeating it.
        case stale
        /// The signature is not ours, or a header is missing.
        case forged
    }

    /// How far the sender's clock may be away, in seconds.
    package static let toleranceSeconds: Int64 = 300

    private let key: SymmetricKey

    /// A verifier with the secret `whsec_<base64>`; nil if that holds no key.
    package init?(secret: String) {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix), let bytes = Data(base64Encoded: String(secret.dropFirst(prefix.count))),
            !bytes.isEmpty
        else { return nil }
        self.key = SymmetricKey(data: bytes)
    }

    /// Judges a request by its headers and body; `now` in Unix seconds.
    package func verify(
        id: String?,
        timestamp: String?,
        signatures: String?,
        body: [UInt8],
        now: Int64
    ) -> Verdict {
        guard let id, let timestamp, let signatures, let sent = Int64(timestamp) else { return .forged }
        let signed = Array("\(id).\(timestamp).".utf8) + body
        // Several signatures, while a secret is being replaced; one that is right is enough.
        let isOurs = signatures.split(separator: " ").contains { signature in
            guard signature.hasPrefix("v1,"), let code = Data(base64Encoded: String(signature.dropFirst(3))) else {
                return false
            }
            // Compares in constant time.
            return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: self.key)
        }
        guard isOurs else { return .forged }
        let (age, overflow) = now.subtractingReportingOverflow(sent)
        return !overflow && (-Self.toleranceSeconds...Self.toleranceSeconds).contains(age) ? .verified : .stale
    }
}
