/// What the fake inbox shows: two mails to one contact, with addresses that only the service can have signed.
package struct DemoMailbox: Equatable, Sendable {
    /// A tracked link of the newsletter.
    package struct Link: Equatable, Sendable {
        /// The page of the site it leads to.
        package var path: String
        /// `/c/…`
        package var address: String

        /// A link.
        package init(path: String, address: String) {
            self.path = path
            self.address = address
        }
    }

    /// Whose inbox it is.
    package var contact: String
    /// Their company.
    package var company: String
    /// Their salesperson.
    package var owner: String
    /// The newsletter's links.
    package var links: [Link]
    /// The newsletter's pixel `/o/…`; nil unless the contact's basis allows that opens are recorded.
    package var pixel: String?
    /// `/q/…`
    package var quote: String

    /// A mailbox.
    package init(contact: String, company: String, owner: String, links: [Link], pixel: String?, quote: String) {
        self.contact = contact
        self.company = company
        self.owner = owner
        self.links = links
        self.pixel = pixel
        self.quote = quote
    }
}

extension DemoMailbox {
    /// The mails, as the body of a page.
    func html(_ layout: DemoLayout) -> String {
        """
        <p class="intro">\(self.introduction(layout))</p>
        <article><h2>\(layout.text("Votre devis n° 2026-117", "Your quote no. 2026-117"))</h2>
        <p class="meta">\(self.envelope(layout))</p>
        <p>\(layout.text("Bonjour,", "Hello,"))</p>
        <p>\(layout.text("voici le devis dont nous avons parlé :", "here is the quote we talked about:"))
        <a href="\(self.quote.escapedForHTML)">\(layout.text("ouvrir le devis", "open the quote"))</a>.</p>
        <p>\(self.owner.escapedForHTML)</p></article>
        <article><h2>\(layout.text("La lettre d'Ardoine", "The Ardoine newsletter"))</h2>
        <p class="meta">\(self.envelope(layout))</p>
        <ul>\(self.links.map { self.item($0, layout) }.joined(separator: "\n"))</ul>
        \(self.pixelParagraph(layout))</article>
        """
    }

    private func introduction(_ layout: DemoLayout) -> String {
        layout.text(
            "Vous êtes \(self.contact), \(self.company). Chaque lien porte un jeton signé : qui l'ouvre est connu, "
                + "sans mot de passe ni cookie dans le courriel.",
            "You are \(self.contact), \(self.company). Each link carries a signed token: whoever opens it is known, "
                + "with neither a password nor a cookie in the mail."
        )
        .escapedForHTML
    }

    private func envelope(_ layout: DemoLayout) -> String {
        layout.text("De \(self.owner), Ardoine, à \(self.contact)", "From \(self.owner), Ardoine, to \(self.contact)")
            .escapedForHTML
    }

    private func item(_ link: Link, _ layout: DemoLayout) -> String {
        let title = DemoPage.at(link.path)?.title(layout.language) ?? link.path
        return "<li><a href=\"\(link.address.escapedForHTML)\">\(title.escapedForHTML)</a></li>"
    }

    private func pixelParagraph(_ layout: DemoLayout) -> String {
        guard let pixel else {
            let why = layout.text(
                "Ce courriel ne contient pas de pixel : ce contact n'a pas accepté que ses ouvertures soient "
                    + "enregistrées, et c'est le réglage de départ.",
                "This mail holds no pixel: this contact has not agreed that opens are recorded, and that is the "
                    + "setting everybody starts with."
            )
            return "<p class=\"meta\">\(why)</p>"
        }
        let why = layout.text(
            "Ce courriel contient un pixel : ce contact a accepté que ses ouvertures soient enregistrées.",
            "This mail holds a pixel: this contact has agreed that opens are recorded."
        )
        return """
            <p class="meta">\(why)<img src="\(pixel.escapedForHTML)" alt="" width="1" height="1"></p>
            """
    }
}
