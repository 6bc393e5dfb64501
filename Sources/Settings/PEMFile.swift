/// Files of certificates and keys, looked at before the service starts: what they hold is judged by the TLS library.
enum PEMFile {
    /// Bytes of such a file: a long chain has a few thousand.
    private static let bytes = 1_048_576

    /// Whether a file can be read and holds a block whose label ends like this (RFC 7468).
    static func holds(_ label: String, path: String) -> Bool {
        guard case .success(let text) = TextFile.read(path, limit: self.bytes) else { return false }
        return text.split(whereSeparator: \.isNewline).contains { line in
            line.hasPrefix("-----BEGIN ") && line.contains("\(label)-----")
        }
    }
}
