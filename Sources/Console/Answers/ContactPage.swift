/// The page a notification's link leads to: one contact, where they stand and why.
///
/// It holds nothing itself: its script asks the API, with a key that the person enters once and that stays in the
/// browser's tab (`sessionStorage`). So the page is open to everybody who reaches the port, and what it shows is not;
/// there is no cookie that another site's page could make use of.
enum ContactPage {
    /// Its own script and style, the API of its own origin, and nothing else.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    /// The script.
    static let script = String(decoding: PackageResources.contact_js, as: UTF8.self)
    /// The style.
    static let style = String(decoding: PackageResources.contact_css, as: UTF8.self)

    /// The page.
    static func html(_ language: PageLanguage) -> String {
        let needed =
            switch language {
            case .french: "Cette page a besoin de JavaScript."
            case .english: "This page needs JavaScript."
            }
        return """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Vendange</title>
            <link rel="stylesheet" href="/contact.css">
            <script defer src="/contact.js"></script>
            </head>
            <body>
            <main><noscript><p>\(needed)</p></noscript></main>
            </body>
            </html>

            """
    }
}
