/// The languages of the pages.
enum PageLanguage: String, CaseIterable {
    case english = "en"
    case french = "fr"

    /// Whichever the `Accept-Language` header prefers (RFC 9110, section 12.5.4); English for neither.
    init(accepted header: String) {
        var weights = ["fr": 0.0, "en": 0.0]
        for range in header.split(separator: ",").prefix(32) {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let name = parts.first?.split(separator: "-").first?.lowercased(), let known = weights[name] else {
                continue
            }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            weights[name] = max(known, quality)
        }
        self = weights["fr", default: 0] > weights["en", default: 0] ? .french : .english
    }
}
