import Crypto
package import Domain
import Foundation

/// The keys that sign tokens, from a file that only the service reads.
///
///     # comment
///     1: <base64url of 32 bytes>
///     2: <base64url of 32 bytes>
///
/// The last key signs; all of them verify. To rotate, append a line; to end what an old key signed, remove its line.
package struct TokenKeys: TokenSigner {
    package let currentKey: UInt8
    /// By number, each with its key already taken in, which is half of the work for a token.
    private let codes: [UInt8: HMAC<SHA256>]

    /// Why the file is of no use.
    package enum Failure: Error, CustomStringConvertible {
        /// A line is not a key.
        case line(file: String, number: Int)
        /// No key is there.
        case empty(file: String)

        /// For the operator.
        package var description: String {
            switch self {
            case .line(let file, let number):
                "\(file):\(number): expected `<number 1 to 255>: <base64url of 32 bytes>`"
            case .empty(let file):
                "\(file): no key; remove the file to have one made"
            }
        }
    }

    /// Reads the file; makes it, with one key, if there is none.
    package init(file: String, randomness: any Randomness) throws {
        if !FileManager.default.fileExists(atPath: file) { try Self.create(file, randomness) }
        try self.init(reading: file)
    }

    /// Reads the file; nil if there is none.
    package init?(existing file: String) throws {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        try self.init(reading: file)
    }

    /// How many keys verify.
    package var count: Int { self.codes.count }

    private init(reading file: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        var codes: [UInt8: HMAC<SHA256>] = [:]
        var last: UInt8?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, let number = UInt8(parts[0]), number > 0,
                let bytes = Base64URL.decode(Array(parts[1].utf8)), bytes.count == 32
            else { throw Failure.line(file: file, number: index + 1) }
            codes[number] = HMAC(key: SymmetricKey(data: bytes))
            last = number
        }
        guard let last else { throw Failure.empty(file: file) }
        self.codes = codes
        self.currentKey = last
    }

    package func code(of message: UnsafeRawBufferPointer, key: UInt8) -> TokenCode? {
        guard var code = self.codes[key] else { return nil }
        code.update(data: message)
        return code.finalize().withUnsafeBytes { TokenCode(prefixOf: $0) }
    }

    private static func create(_ file: String, _ randomness: any Randomness) throws {
        var writer = ByteWriter()
        for _ in 0..<4 { writer.write(randomness.next()) }
        let text = """
            # Keys that sign links. Keep them secret, and keep them: links that were sent stop working without theirs.
            1: \(Base64URL.encode(writer.bytes))

            """
        try Data(text.utf8).write(to: URL(filePath: file), options: [.withoutOverwriting])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }
}
