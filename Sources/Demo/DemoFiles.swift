import Crypto
import Foundation

/// What the demonstration keeps in the service's data directory.
package struct DemoFiles: Sendable {
    private let directory: String

    /// The files in a data directory.
    package init(dataDirectory: String) { self.directory = dataDirectory }

    /// Where the service keeps a key of the private port for whoever can read the directory.
    package var keyFile: String { self.directory + "/admin.key" }
    private var secretFile: String { self.directory + "/demo-secret" }
    private var modelFile: String { self.directory + "/model.demo.yaml" }

    /// Makes the directory, readable for its owner only.
    package func prepare() throws {
        try FileManager.default.createDirectory(
            atPath: self.directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// The secret (`whsec_…`) that service and receiver share; made at the first start.
    package func secret() throws -> String {
        if let known = Self.text(of: self.secretFile) { return known }
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let secret = "whsec_" + key.base64EncodedString()
        try Self.write(secret, to: self.secretFile)
        return secret
    }

    /// That key; nil if the service was never started here.
    package var key: String? { Self.text(of: self.keyFile) }

    /// The path of the demonstration's scoring model: the one in the working directory, where a change of it can be
    /// tried, or else a copy of the one this program was built with.
    package func model() throws -> String {
        let source = "config/model.demo.yaml"
        if FileManager.default.fileExists(atPath: source) { return source }
        try Data(PackageResources.model_demo_yaml).write(to: URL(filePath: self.modelFile))
        return self.modelFile
    }

    private static func text(of file: String) -> String? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Only the owner may read it, from its first moment.
    private static func write(_ text: String, to file: String) throws {
        let isWritten = FileManager.default.createFile(
            atPath: file,
            contents: Data((text + "\n").utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: file]) }
    }
}
