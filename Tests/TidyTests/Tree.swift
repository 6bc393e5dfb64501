import Foundation

/// The sources as text: rules that matter are tests, not advice.
enum Tree {
    struct File {
        /// From the repository's root.
        var path: String
        var lines: [Substring]

        /// The module, for a file under `Sources`.
        var module: String { String(self.path.split(separator: "/")[1]) }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The Swift files below a folder of the root.
    static func swiftFiles(in folder: String) -> [File] {
        let base = self.root.appending(path: folder)
        let names = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            let path = folder + "/" + name
            guard let text = try? String(contentsOf: self.root.appending(path: path), encoding: .utf8) else {
                return nil
            }
            return File(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}
