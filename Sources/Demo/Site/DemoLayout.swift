/// The frame around every page.
struct DemoLayout: Sendable {
    let addresses: DemoAddresses
    let language: DemoLanguage

    /// A page of the website, with tracker, banner and explanation.
    func site(_ page: DemoPage, wasSent: Bool = false) -> String {
        let body = """
            <header><strong>Ardoine</strong><nav aria-label="\(self.text("Pages du site", "Pages of the site"))"><ul>
            \(self.navigation(at: page.path))</ul></nav></header>
            <main><h1>\(page.title(self.language).escapedForHTML)</h1>
            <p class="intro">\(page.introduction(self.language).escapedForHTML)</p>
            \(page.paragraphs.map { "<p>\($0(self.language).escapedForHTML)</p>" }.joined(separator: "\n"))
            \(page.hasForm ? self.form(wasSent: wasSent) : "")</main>
            <footer>\(self.explanation(on: page))</footer>
            \(self.banner)
            <script>\(DemoStyle.bannerScript)</script>
            """
        return self.document(title: page.title(self.language), path: page.path, head: self.tracker(page), body: body)
    }

    /// A page beside the website, which nothing watches.
    func tool(title: String, path: String, body: String) -> String {
        self.document(
            title: title,
            path: path,
            head: "",
            body: "<main><h1>\(title.escapedForHTML)</h1>\n\(body)</main>"
        )
    }

    func text(_ french: String, _ english: String) -> String { DemoText(french, english)(self.language) }

    private func document(title: String, path: String, head: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="\(self.language.rawValue)"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <title>\(title.escapedForHTML)</title>
        \(head)<style>\(DemoStyle.css)</style></head><body>
        <div class="demo"><span>Vendange · \(self.text("démonstration", "demonstration"))</span>
        <a href="/">\(self.text("le site", "the website"))</a>
        <a href="/inbox">\(self.text("la boîte de réception", "the inbox"))</a>
        <a href="/leads">\(self.text("ce que voit la vente", "what sales sees"))</a>
        <a class="end" hreflang="\(self.language.other.rawValue)" lang="\(self.language.other.rawValue)" \
        href="\(path)?lang=\(self.language.other.rawValue)">\(self.language.other.name)</a></div>
        \(body)
        </body></html>
        """
    }

    /// The title stands before it, so that the tracker reads the right one.
    private func tracker(_ page: DemoPage) -> String {
        let forms = """
            <script>window.vendangeForms = [
              { selector: 'form.contact', name: 'contact', map: { email: 'email', name: 'name' } }
            ]</script>
            <script async src="\(self.addresses.service)/forms.js"></script>

            """
        return """
            <script>window.vendange = window.vendange || function () {
              (vendange.q = vendange.q || []).push(arguments)
            }</script>
            <script async src="\(self.addresses.service)/t.js" data-site="\(DemoSeed.siteKey)"></script>
            \(page.hasForm ? forms : "")
            """
    }

    private func navigation(at path: String) -> String {
        DemoPage.all.filter(\.isInNavigation)
            .map { page in
                let current = page.path == path ? " aria-current=\"page\"" : ""
                let name = page.path == "/" ? self.text("Accueil", "Home") : page.title(self.language)
                return "<li><a href=\"\(page.path)\"\(current)>\(name.escapedForHTML)</a></li>"
            }
            .joined(separator: "\n")
    }

    private var banner: String {
        let question = self.text(
            "Acceptez-vous qu'Ardoine retienne les pages que vous lisez, pour vous répondre au bon moment ? Refuser ne "
                + "change rien à ce que vous pouvez lire.",
            "Do you agree that Ardoine remembers the pages you read, to answer you at the right moment? Refusing "
                + "changes nothing about what you can read."
        )
        return """
            <section id="banner" class="banner" hidden aria-label="\(self.text("Votre choix", "Your choice"))">
            <p>\(question)</p><div>
            <button type="button" data-consent="granted">\(self.text("Accepter", "Accept"))</button>
            <button type="button" data-consent="denied">\(self.text("Refuser", "Refuse"))</button>
            </div></section>
            """
    }

    private func explanation(on page: DemoPage) -> String {
        let parts = DemoChoice.allCases.map { choice in
            let isHidden = choice == .none ? "" : " hidden"
            return
                "<div data-choice=\"\(choice.rawValue)\"\(isHidden)>\(choice.explanation(on: page, self.language))</div>"
        }
        let change = self.text("Changer mon choix", "Change my choice")
        return """
            <section class="box" aria-live="polite">
            <h2>\(self.text("Ce que cette page a envoyé", "What this page sent"))</h2>
            \(parts.joined(separator: "\n"))
            <button type="button" class="link" id="change" hidden>\(change)</button></section>
            """
    }

    private func form(wasSent: Bool) -> String {
        if wasSent {
            return """
                <p role="status"><strong>\(self.text("Merci, c'est envoyé.", "Thank you, it was sent.")) </strong>\
                \(self.text(
                    "Ce que dit un formulaire est une déclaration, pas une preuve : ses points comptent, mais limités, "
                        + "et rien n'écrase ce que l'on sait déjà d'un contact.",
                    "What a form says is a claim, not a proof: its points count, but only so far, and nothing "
                        + "overwrites what is already known of a contact."
                ))</p>
                """
        }
        return """
            <form class="contact" method="post" action="/contact?lang=\(self.language.rawValue)">
            <label for="name">\(self.text("Nom", "Name"))</label><input id="name" name="name" autocomplete="name">
            <label for="email">\(self.text("E-mail", "E-mail"))</label>
            <input id="email" name="email" type="email" required autocomplete="email">
            <p><button>\(self.text("Envoyer", "Send"))</button></p></form>
            """
    }
}
