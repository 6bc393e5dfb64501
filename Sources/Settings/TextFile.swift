import Foundation

/// Small text files, read whole.
enum TextFile {
    /// The text of a file, if it can be read, has at most `limit` bytes and is UTF-8.
    static func read(_ path: String, limit: Int) -> Result<String, SettingsProblem> {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            return .failure(SettingsProblem(source: path, message: "expected a file that can be read"))
        }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: limit + 1) ?? Data() else {
            return .failure(SettingsProblem(source: path, message: "expected a file that can be read"))
        }
        guard data.count <= limit else {
            return .failure(SettingsProblem(source: path, message: "expected at most \(limit) bytes, got more"))
        }
        guard let text = String(data: data, encoding: .utf8) else {
            return .failure(SettingsProblem(source: path, message: "expected text in UTF-8"))
        }
        return .success(text)
    }
}
