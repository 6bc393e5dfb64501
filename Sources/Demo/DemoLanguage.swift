/// A language of the demonstration.
package enum DemoLanguage: String, CaseIterable, Sendable {
    case french = "fr"
    case english = "en"

    /// The one asked for by the address, else the first of the two that Accept-Language names, else French: the
    /// company is French.
    package init(asked: String?, accepted: String?) {
        if let asked, let language = DemoLanguage(rawValue: asked) {
            self = language
            return
        }
        let named = (accepted ?? "").split(separator: ",").lazy.compactMap { part in
            Self.allCases.first { part.drop { $0 == " " }.lowercased().hasPrefix($0.rawValue) }
        }
        self = named.first ?? .french
    }

    /// The other one, for the switch.
    var other: DemoLanguage { self == .french ? .english : .french }

    /// The name in the language itself.
    var name: String { self == .french ? "Français" : "English" }
}

/// A text in both languages.
struct DemoText: Equatable, Sendable {
    let french: String
    let english: String

    init(_ french: String, _ english: String) {
        self.french = french
        self.english = english
    }

    /// The text in one of them.
    func callAsFunction(_ language: DemoLanguage) -> String {
        language == .french ? self.french : self.english
    }
}

extension String {
    /// Text that may stand in HTML content and in quoted attributes.
    var escapedForHTML: String {
        var escaped = ""
        for scalar in self.unicodeScalars {
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
