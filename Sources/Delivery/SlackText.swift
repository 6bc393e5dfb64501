internal import Domain
internal import FoundationEssentials

/// A frozen notification as a few lines for a chat: who, where, whose, how much, why, and where to look.
package enum SlackText {
    /// Reasons shown: the largest entries.
    private static let reasonCount = 3
    /// Alerts of a digest shown: what fits a screen.
    private static let alertCount = 20
    /// Characters kept of any one value: a claimed name is public input.
    private static let longestValue = 120

    /// The text for a CloudEvents body in Slack's markup; nil if the body is no CloudEvent. Whatever `data` lacks is
    /// left out.
    package static func text(fromEvent body: [UInt8]) -> String? {
        guard let event = try? JSONDecoder().decode(LeadEvent.self, from: Data(body)) else { return nil }
        let data = event.data
        if let alerts = data?.alerts { return self.digest(alerts) }
        let lines = [
            self.headline(event),
            self.ownerAndScore(data),
        ]
        let reasons = data?.entries.map(self.reasons) ?? []
        return (lines.compactMap { $0 } + reasons + [self.link(data)].compactMap { $0 }).joined(separator: "\n")
    }

    private static func digest(_ alerts: [LeadEvent.Alert]) -> String {
        let headline = alerts.count == 1 ? "Daily digest: 1 alert" : "Daily digest: \(alerts.count) alerts"
        let lines = alerts.prefix(self.alertCount).map { alert in
            let company = self.escaped(alert.account).map { " (\($0))" } ?? ""
            let name = self.contactName(alert.contact) ?? "A contact"
            let who = self.linked(name, to: alert.link) ?? "*\(name)*"
            return "• \(who)\(company): \(self.escaped(alert.rule) ?? "alert")"
        }
        let rest = alerts.count - lines.count
        return ([headline] + lines + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    }

    private static func headline(_ event: LeadEvent) -> String {
        let data = event.data
        let kind = NotificationKind.allCases.first { event.type == $0.name || event.type.hasSuffix("." + $0.name) }
        var who = self.contactName(data?.contact).map { "*\($0)*" } ?? "A contact"
        if let company = self.escaped(data?.account?.name) ?? self.escaped(data?.account?.domain) {
            who += " (\(company))"
        }
        let detail = self.escaped(data?.detail).map { ": \($0)" } ?? ""
        return switch kind {
        case .leadQualified: "\(who) is ready to talk"
        case .leadWithdrawn where data?.detail == ReversalReason.erased.tag: self.farewell(data?.contact)
        case .leadWithdrawn: "\(who) is withdrawn: not a lead after all"
        case .leadCooled: "\(who) has cooled down"
        case .leadAnswered: "\(who): a salesperson answered\(detail)"
        case .contactNurture: "\(who) goes back to nurturing"
        case .contactObjected: "\(who) objects: stop contacting them"
        case .consentChanged: "\(who) changed their consent"
        case .alert: "\(who): alert\(detail)"
        case .operatorNotice: "Vendange\(detail)"
        case nil: "\(who): \(self.escaped(event.type) ?? "notification")"
        }
    }

    /// Of somebody who was erased there is nothing left to say but which lead it was: the last part of its address.
    private static func farewell(_ contact: LeadEvent.Contact?) -> String {
        let who = self.escaped(contact?.id).map { "Contact \($0)" } ?? "A contact"
        return "\(who) was erased with everything known of them: stop working on this lead"
    }

    private static func contactName(_ contact: LeadEvent.Contact?) -> String? {
        guard let contact else { return nil }
        let name = [self.escaped(contact.firstName), self.escaped(contact.lastName)].compactMap { $0 }
        return name.isEmpty ? self.escaped(contact.email) : name.joined(separator: " ")
    }

    private static func ownerAndScore(_ data: LeadEvent.Body?) -> String? {
        var parts: [String] = []
        if let owner = self.escaped(data?.owner?.name) ?? self.escaped(data?.owner?.key) {
            parts.append("Owner: \(owner)")
        }
        if let total = data?.score?.total {
            let remarks = [self.escaped(data?.grade), self.escaped(data?.stage)].compactMap { $0 }
            parts.append(
                "Score: \(self.number(total))" + (remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))")
            )
        }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }

    private static func reasons(_ entries: [LeadEvent.Entry]) -> [String] {
        // Equal points keep the order of the ledger: sorting is stable.
        let largest = entries.filter { $0.points > 0 }.sorted { $0.points > $1.points }.prefix(self.reasonCount)
        return largest.map { entry in
            let rule = self.escaped(entry.rule) ?? "points"
            let title = (self.escaped(entry.title) ?? self.escaped(entry.page)).map { " – \($0)" } ?? ""
            return "• \(rule)\(title): \(self.number(entry.points))"
        }
    }

    private static func link(_ data: LeadEvent.Body?) -> String? {
        self.linked("Open in Vendange", to: data?.links?.contact)
    }

    /// A text that leads to an address; nil if that is none that may stand in Slack's markup.
    private static func linked(_ text: String, to address: String?) -> String? {
        guard let address, address.hasPrefix("http://") || address.hasPrefix("https://"),
            !address.contains(where: { $0 == "|" || $0 == ">" || $0 == "<" || $0.isWhitespace })
        else { return nil }
        return "<\(address)|\(text)>"
    }

    /// A value as plain text in Slack's markup: one line, cut, without anything that Slack would read as a command
    /// such as `<!channel>`; nil if nothing is left.
    private static func escaped(_ value: String?) -> String? {
        guard let value else { return nil }
        var text = ""
        for character in value.prefix(self.longestValue) {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            // Would begin or end emphasis.
            case "*", "_", "~", "`": text += "\u{200B}\(character)"
            case _ where character.isNewline: text += " "
            default: text.append(character)
            }
        }
        let isBlank = text.allSatisfy(\.isWhitespace)
        return isBlank ? nil : text
    }

    /// At most one decimal.
    private static func number(_ value: Double) -> String {
        guard value.magnitude < 1e9 else { return "\(value)" }
        let tenths = Int64((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let whole = "\(sign)\(tenths.magnitude / 10)"
        return tenths.magnitude % 10 == 0 ? whole : "\(whole).\(tenths.magnitude % 10)"
    }
}
