import Foundation

/// What the demonstration shows of a notification.
package struct ReceivedNotification: Equatable, Sendable, Decodable {
    /// `lead.qualified`, `alert` …
    package var type: String
    /// When it was decided.
    package var time: String
    /// What it carries; which parts depends on the kind.
    package var data: Content

    /// The notification's `data`.
    package struct Content: Equatable, Sendable, Decodable {
        package var contact: Contact?
        package var account: Named?
        package var owner: Named?
        package var score: Score?
        package var stage: String?
        package var grade: String?
        /// The rule of an alert, the answer of a salesperson.
        package var detail: String?
        package var entries: [Entry]?
    }

    /// Who it is about.
    package struct Contact: Equatable, Sendable, Decodable {
        package var firstName: String?
        package var lastName: String?
        package var email: String?
    }

    /// A company or a salesperson.
    package struct Named: Equatable, Sendable, Decodable {
        package var name: String?
    }

    /// The score.
    package struct Score: Equatable, Sendable, Decodable {
        package var total: Double
    }

    /// One reason.
    package struct Entry: Equatable, Sendable, Decodable {
        package var rule: String
        package var url: String?
        package var title: String?
        package var name: String?
        /// What the rule gives.
        package var points: Double
        /// What of it counts.
        package var granted: Double
    }

    /// Reads a body; nil if it is no notification.
    package init?(body: [UInt8]) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let notification = try? decoder.decode(Self.self, from: Data(body)) else { return nil }
        self = notification
    }
}

extension ReceivedNotification {
    /// The contact's name, else their address.
    package var contactName: String {
        let name = [self.data.contact?.firstName, self.data.contact?.lastName].compactMap { $0 }
            .filter { !$0.isEmpty }.joined(separator: " ")
        return name.isEmpty ? self.data.contact?.email ?? "" : name
    }

    /// Score, stage and grade, as far as they are there.
    package var standing: String {
        [
            self.data.score.map { "score \(Self.points($0.total))" },
            self.data.stage.map { "stage \($0)" },
            self.data.grade.map { "grade \($0)" },
        ]
        .compactMap { $0 }.joined(separator: " · ")
    }

    /// The notification in lines for a terminal.
    package var text: String {
        var lines = ["✔ \(self.type)\(self.data.detail.map { " (\($0))" } ?? "") · signature verified · \(self.time)"]
        let who = [
            self.contactName, self.data.account?.name ?? "", self.data.owner?.name.map { "for \($0)" } ?? "",
        ]
        lines.append("  " + who.filter { !$0.isEmpty }.joined(separator: " · "))
        if !self.standing.isEmpty { lines.append("  " + self.standing) }
        let entries = self.data.entries ?? []
        if !entries.isEmpty { lines.append("    points  granted  reason") }
        for entry in entries {
            lines.append("  \(Self.column(entry.points))\(Self.column(entry.granted))   \(entry.reason)")
        }
        return lines.joined(separator: "\n").filter { !$0.isASCIIControl || $0 == "\n" }
    }

    static func points(_ value: Double) -> String { String(format: "%.1f", value) }

    private static func column(_ value: Double) -> String {
        let text = String(format: "%+.1f", value)
        return String(repeating: " ", count: max(0, 8 - text.count)) + text
    }
}

extension ReceivedNotification.Entry {
    /// The rule, and the page or thing it is about.
    package var reason: String {
        let about = self.title ?? self.url ?? self.name
        return self.rule + (about.map { " · \($0)" } ?? "")
    }
}

extension Character {
    /// Names and titles come from outside: none may steer the terminal.
    fileprivate var isASCIIControl: Bool { self.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f } }
}
