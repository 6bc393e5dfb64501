/// The page a person sees who opens the private port in a browser.
enum StartPage {
    /// The page.
    static func html(_ language: PageLanguage) -> String {
        switch language {
        case .french: self.french
        case .english: self.english
        }
    }

    private static let french = page(
        language: "fr",
        title: "Vendange — port privé",
        lines: [
            "Vendange suit ce que font les contacts sur vos sites et dans vos courriels, tient leur score à jour et "
                + "remet chaque contact mûr au bon commercial, dans le CRM qu’il utilise déjà.",
            "Ceci est le port privé : l’interface de programmation, les mesures et l’état du service.",
        ],
        links: [
            ("/api/openapi.json", "Description de l’interface (OpenAPI 3.1)"),
            ("/metrics", "Mesures (Prometheus)"),
            ("/health/live", "État : le processus vit"),
            ("/health/ready", "État : le journal accepte les événements"),
            ("/health/scoring", "État : les événements sont comptés"),
        ],
        note: "Une clé est nécessaire pour l’interface : <code>vendange keys create</code>."
    )

    private static let english = page(
        language: "en",
        title: "Vendange — private port",
        lines: [
            "Vendange watches what contacts do on your sites and in your mails, keeps their scores, and hands each "
                + "ripe contact to the right salesperson, inside the CRM they already use.",
            "This is the private port: the API, the metrics and the state of the service.",
        ],
        links: [
            ("/api/openapi.json", "Description of the API (OpenAPI 3.1)"),
            ("/metrics", "Metrics (Prometheus)"),
            ("/health/live", "Health: the process lives"),
            ("/health/ready", "Health: the log takes events"),
            ("/health/scoring", "Health: events are scored"),
        ],
        note: "The API needs a key: <code>vendange keys create</code>."
    )

    private static func page(
        language: String,
        title: String,
        lines: [String],
        links: [(address: String, name: String)],
        note: String
    ) -> String {
        """
        <!DOCTYPE html>
        <html lang="\(language)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        </head>
        <body>
        <main>
        <h1>\(title)</h1>
        \(lines.map { "<p>\($0)</p>" }.joined(separator: "\n"))
        <ul>
        \(links.map { "<li><a href=\"\($0.address)\">\($0.name)</a></li>" }.joined(separator: "\n"))
        </ul>
        <p>\(note)</p>
        </main>
        </body>
        </html>

        """
    }
}
