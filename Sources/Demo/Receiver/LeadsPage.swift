import Domain

/// The salesperson's view of what the receiver got.
struct LeadsPage: Sendable {
    let layout: DemoLayout

    /// The whole page, which brings its list up to date by itself.
    func page(_ notifications: [ReceivedNotification]) -> String {
        let introduction = self.layout.text(
            "Ce que le récepteur local a reçu et vérifié. Dans la vie, c'est votre CRM ou votre messagerie qui le reçoit.",
            "What the local receiver got and verified. In real life your CRM or your chat gets it."
        )
        let body = """
            <p class="intro">\(introduction)</p>
            <div id="list" aria-live="polite">\(self.list(notifications))</div>
            <script>
            setInterval(function () {
              fetch('/leads/list?lang=\(self.layout.language.rawValue)')
                .then(function (answer) { return answer.ok ? answer.text() : Promise.reject() })
                .then(function (text) {
                  var list = document.getElementById('list');
                  if (list.innerHTML != text) list.innerHTML = text;
                })
                .catch(function () {});
            }, 2000);
            </script>
            """
        return self.layout.tool(title: self.layout.text("Vente", "Sales"), path: "/leads", body: body)
    }

    /// The notifications alone.
    func list(_ notifications: [ReceivedNotification]) -> String {
        guard !notifications.isEmpty else {
            let hint = self.layout.text(
                "Rien encore. Acceptez sur le site, lisez trois pages, puis ouvrez le devis dans la boîte de réception.",
                "Nothing yet. Accept on the website, read three pages, then open the quote in the inbox."
            )
            return "<p>\(hint)</p>"
        }
        return notifications.map(self.article).joined(separator: "\n")
    }

    private func article(_ notification: ReceivedNotification) -> String {
        let data = notification.data
        let detail = data.detail.map { " : \($0)" } ?? ""
        let who = [notification.contactName, data.account?.name ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        let owner = data.owner?.name.map { self.layout.text("pour \($0)", "for \($0)") } ?? ""
        let meta = [notification.type + detail, owner, notification.standing, notification.time]
            .filter { !$0.isEmpty }.joined(separator: " · ")
        return """
            <article><h2>\((self.headline(notification) + who).escapedForHTML)</h2>
            <p class="meta">\(meta.escapedForHTML)</p>\(self.table(data.entries ?? []))</article>
            """
    }

    private func headline(_ notification: ReceivedNotification) -> String {
        switch notification.type {
        case "lead.qualified": self.layout.text("Contact mûr : ", "Ripe: ")
        case "alert": self.layout.text("Alerte : ", "Alert: ")
        case "lead.withdrawn" where notification.data.detail == ReversalReason.erased.tag:
            // Nobody is named any more.
            self.layout.text("Contact effacé : ne plus suivre ce lead", "Contact erased: stop working on this lead")
        case "lead.withdrawn": self.layout.text("Lead retiré : ", "Withdrawn: ")
        case "contact.nurture": self.layout.text("À entretenir : ", "To be nurtured: ")
        default: ""
        }
    }

    private func table(_ entries: [ReceivedNotification.Entry]) -> String {
        guard !entries.isEmpty else { return "" }
        let rows = entries.map { entry in
            """
            <tr><td>\(entry.rule.escapedForHTML)</td>\
            <td>\((entry.title ?? entry.url ?? entry.name ?? "").escapedForHTML)</td>\
            <td class="number">\(ReceivedNotification.points(entry.points))</td>\
            <td class="number">\(ReceivedNotification.points(entry.granted))</td></tr>
            """
        }
        return """
            <div class="scroll"><table><thead><tr><th>\(self.layout.text("Règle", "Rule"))</th>\
            <th>\(self.layout.text("Page ou objet", "Page or object"))</th>\
            <th class="number">\(self.layout.text("Points", "Points"))</th>\
            <th class="number">\(self.layout.text("Accordés", "Granted"))</th></tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            """
    }
}
