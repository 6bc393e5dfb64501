internal import Domain

/// The beginning of an answer's body, fit to be stored and shown.
enum AnswerExcerpt {
    /// Characters kept: one line for a person.
    private static let longest = 200

    /// One line without control characters. Empty if the body repeats the destination's secret or the path of its
    /// address, which is a secret for chat destinations: errors are shown to more people than the configuration.
    static func text(from body: [UInt8], of destination: Destination) -> String {
        let text = String(decoding: body, as: UTF8.self)
        for secret in self.secrets(of: destination) where text.contains(secret) { return "" }
        var line = ""
        var count = 0
        for character in text {
            guard count < self.longest else { break }
            let isControl = character.isWhitespace || character.unicodeScalars.contains { $0.value < 0x20 }
            if isControl, line.isEmpty || line.last == " " { continue }
            line.append(isControl ? " " : character)
            count += 1
        }
        return line.last == " " ? String(line.dropLast()) : line
    }

    private static func secrets(of destination: Destination) -> [String] {
        var secrets = [destination.url, destination.secret]
        if let scheme = destination.url.firstRange(of: "://"),
            let slash = destination.url[scheme.upperBound...].firstIndex(of: "/")
        {
            let path = String(destination.url[slash...])
            secrets.append(path)
            // The last part alone is often the secret. Shorter ones are words like "hook".
            if let last = path.split(separator: "/").last, last.count >= 16 { secrets.append(String(last)) }
        }
        return secrets.filter { $0.count > 1 }
    }
}
