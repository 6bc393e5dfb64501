import ArgumentParser
import Foundation

/// `vendange explain`.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show where a contact's points come from, and that they add up.",
        discussion: """
            Every entry of the ledger with what it was worth then and is worth now: the column "worth" adds up to the
            score. Held entries count nothing yet; capped points and reversals are shown as such.
            """
    )

    @Argument(help: "An e-mail address, crm:<id>, or the sixteen digits of a contact.")
    var contact: String

    @OptionGroup var service: ServiceOptions

    func run() async throws {
        try await CommandFailure.guarding {
            let answer = try await self.service.client().call("GET", "/contacts/\(self.contact.inPath)/explain")
            print(self.service.json ? answer.pretty : Self.text(of: answer))
        }
    }

    /// The explanation as people read it.
    static func text(of answer: JSON) -> String {
        let contact = answer["contact"]
        let name = [contact["first_name"].text, contact["last_name"].text].compactMap(\.self).joined(separator: " ")
        var parts = ["\(name)  \(contact["email"].shown)  \(contact["account"]["name"].shown)".trimmed]
        var table = Table(
            ["date", "rule", "page or mail", "group", "topic", "points", "granted", "decay", "worth", "state"],
            numbers: ["points", "granted", "decay", "worth"]
        )
        let earlier = answer["earlier"]
        if let count = earlier["count"].number {
            table.add(["earlier", "\(Int(count)) entries", "", "", "", "", "", "", earlier["worth"].fixed, ""])
        }
        for entry in answer["entries"].list { table.add(Self.row(of: entry)) }
        parts.append(table.text)
        parts.append("sum \(answer["sum"].fixed)   score \(answer["balance"].fixed)")
        for (title, member) in [("by group", "groups"), ("by topic", "topics")] {
            let totals = answer[member].list.map { total in
                let name = total["name"].shown
                return "\(name.isEmpty ? "no topic" : name) \(total["worth"].fixed)"
            }
            if !totals.isEmpty { parts.append("\(title): " + totals.joined(separator: ", ")) }
        }
        parts.append(Self.stage(answer["stage"]))
        return parts.joined(separator: "\n\n")
    }

    private static func row(of entry: JSON) -> [String] {
        let what = entry["title"].text ?? entry["url"].text ?? entry["object_name"].text ?? ""
        let granted = entry["granted"].number ?? 0
        let worth = entry["worth"].number
        var state = entry["reversed_by"].text == nil ? entry["state"].shown : "reversed"
        if let capped = entry["capped"].number, capped > 0 { state += ", \(entry["capped"].fixed) capped" }
        if let reason = entry["reason"].text { state += ", \(reason)" }
        if let repeats = entry["repeats"].number, repeats > 0 { state += ", +\(Int(repeats)) over the limit" }
        if let author = entry["author"].text { state += ", by \(author)" }
        let decay = worth.flatMap { granted == 0 ? nil : String(format: "%.0f %%", 100 * $0 / granted) } ?? ""
        return [
            String(entry["date"].shown.prefix(16)).replacingOccurrences(of: "T", with: " "), entry["rule"].shown, what,
            entry["group"].shown, entry["topic"].shown, entry["points"].fixed, entry["granted"].fixed, decay,
            worth == nil ? "" : entry["worth"].fixed, state,
        ]
    }

    private static func stage(_ stage: JSON) -> String {
        var text = "stage \(stage["stage"].shown), grade \(stage["grade"].shown)"
        if let next = stage["next"].text { text += "; \(stage["missing"].fixed) points to \(next)" }
        if stage["awaits_confirmation"].flag == true { text += "; hot on unconfirmed points, waits for a human act" }
        if stage["is_excluded"].flag == true { text += "; never handed over (status or objection)" }
        return text
    }
}

extension JSON {
    /// A number with two decimals.
    var fixed: String { self.number.map { String(format: "%.2f", $0) } ?? "" }
}

extension String {
    /// Percent-encoded as one component of a path.
    var inPath: String {
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~@"))
        return self.addingPercentEncoding(withAllowedCharacters: allowed) ?? self
    }

    fileprivate var trimmed: String { self.trimmingCharacters(in: .whitespaces) }
}
