package import Domain
package import NIOCore
import NIOSSL
import Synchronization

/// The certificate and key that the public port shows, and how they are replaced while it runs.
///
/// Connections keep what they were opened with; new ones get the newest pair that was right. TLS 1.2 and newer, the
/// ciphers that NIOSSL chooses, HTTP/1.1 alone.
package final class TLSIdentity: Sendable {
    private struct Pair {
        var context: NIOSSLContext
        var end: Timestamp
    }

    private let certificateFile: String
    private let keyFile: String
    private let pair: Mutex<Pair>

    /// Reads both files, in PEM form: the certificate with those that vouch for it, and its key.
    package init(certificateFile: String, keyFile: String) throws(TLSFailure) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.pair = Mutex(try Self.read(certificateFile, keyFile))
    }

    /// Reads both files again. What was in use stays in use when it throws.
    package func reload() throws(TLSFailure) {
        let pair = try Self.read(self.certificateFile, self.keyFile)
        self.pair.withLock { $0 = pair }
    }

    /// When the first certificate of the chain in use ends.
    package var end: Timestamp { self.pair.withLock { $0.end } }

    /// What a new connection speaks TLS with.
    package func makeHandler() -> any ChannelHandler {
        NIOSSLServerHandler(context: self.pair.withLock { $0.context })
    }

    private static func read(_ certificateFile: String, _ keyFile: String) throws(TLSFailure) -> Pair {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        } catch {
            throw .certificate(certificateFile, "\(error)")
        }
        guard let end = chain.map(\.notValidAfter).min() else { throw .certificate(certificateFile, "it holds none") }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
        } catch {
            throw .key(keyFile, "\(error)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            return Pair(context: try NIOSSLContext(configuration: configuration), end: Timestamp(seconds: Int64(end)))
        } catch {
            throw .pair(certificateFile, keyFile, "\(error)")
        }
    }
}

/// Why a certificate and its key cannot be used.
package enum TLSFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The certificate's file, and what is wrong with it.
    case certificate(String, String)
    /// The key's file, and what is wrong with it.
    case key(String, String)
    /// Both files can be read, and do not belong together.
    case pair(String, String, String)

    /// For the operator.
    package var description: String {
        switch self {
        case .certificate(let file, let reason): "\(file) is no certificate in PEM form: \(reason)"
        case .key(let file, let reason): "\(file) is no private key in PEM form: \(reason)"
        case .pair(let certificate, let key, let reason): "\(key) is not the key of \(certificate): \(reason)"
        }
    }
}
