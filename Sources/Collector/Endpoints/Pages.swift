import Domain

/// The few small pages of the public port, in French and English.
enum Pages {
    /// A page's language.
    enum Language: String, Sendable {
        case french = "fr"
        case english = "en"

        /// The first of the two that Accept-Language names, in the order written; English if it names neither.
        init(accepted header: UnsafeRawBufferPointer) {
            var language = Language.english
            Octets.forEachPart(of: header, separator: UInt8(ascii: ",")) { part in
                if Octets.hasPrefix(part, ignoringCase: "fr") {
                    language = .french
                    return false
                }
                return !Octets.hasPrefix(part, ignoringCase: "en")
            }
            self = language
        }
    }

    /// The answer to an address we do not know, which tells nothing about why.
    static func neutral(in language: Language) -> String {
        switch language {
        case .french:
            Self.page(language, title: "Lien inconnu", body: "<p>Cette adresse ne mène nulle part (ou plus).</p>")
        case .english:
            Self.page(language, title: "Unknown link", body: "<p>This address leads nowhere (any more).</p>")
        }
    }

    /// A quote. The view is reported by the script when the page is seen, and by the button.
    static func quote(title: String, url: String, in language: Language) -> String {
        let label = language == .french ? "Ouvrir le devis" : "Open the quote"
        let button = url.isEmpty ? "" : "<p><a id=\"open\" href=\"\(Self.escaped(url))\">\(label)</a></p>"
        let script = """
            <script>(function(){var sent=false;function report(){if(sent||document.visibilityState!=="visible")return;\
            sent=true;fetch(location.href,{method:"POST",keepalive:true}).then(function(r){sent=r.ok||r.status<500},\
            function(){sent=false})}report();document.addEventListener("visibilitychange",report);\
            var open=document.getElementById("open");if(open)open.addEventListener("click",report)})()</script>
            """
        return Self.page(language, title: Self.escaped(title), body: button + script)
    }

    /// The choice to be left alone.
    static func optOut(in language: Language) -> String {
        switch language {
        case .french:
            Self.page(
                language,
                title: "Ne plus être suivi",
                body: """
                    <p>Ce navigateur ne sera plus enregistré, et ce qui l'a été est effacé.</p>\
                    <form method="post"><button>Ne plus me suivre</button></form>
                    """
            )
        case .english:
            Self.page(
                language,
                title: "Opt out",
                body: """
                    <p>This browser will no longer be recorded, and what was recorded is erased.</p>\
                    <form method="post"><button>Do not track me</button></form>
                    """
            )
        }
    }

    /// The choice was kept.
    static func optedOut(in language: Language) -> String {
        switch language {
        case .french: Self.page(language, title: "C'est noté", body: "<p>Ce navigateur n'est plus enregistré.</p>")
        case .english: Self.page(language, title: "Done", body: "<p>This browser is no longer recorded.</p>")
        }
    }

    /// `/.well-known/gpc.json` (Global Privacy Control, section 4): we honour the signal.
    static let privacyControl = Answer(
        status: .ok,
        fields: Array("Content-Type: application/json\r\nCache-Control: public, max-age=86400\r\n".utf8),
        body: Array("{\"gpc\":true,\"lastUpdate\":\"2026-01-01\"}".utf8)
    )

    static func page(_ language: Language, title: String, body: String) -> String {
        """
        <!doctype html><html lang="\(language.rawValue)"><meta charset="utf-8">\
        <meta name="viewport" content="width=device-width"><title>\(title)</title>\
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em}</style>\
        <h1>\(title)</h1>\(body)</html>
        """
    }

    /// Text that may stand in content and in quoted attributes.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
