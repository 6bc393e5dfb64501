import Domain

/// User agents as they are seen.
enum TrafficAgents {
    static let browsers = [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 "
            + "Edg/142.0.0.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
            + "Safari/605.1.15",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
            + "Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
            + "Safari/537.36",
    ]

    static let crawlers = [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "curl/8.14.1",
        "python-requests/2.32.5",
    ]

    static let renderer =
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) "
        + "Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
}

/// Bodies as developers send them until they have read the answer, with the reason the answer gives.
enum TrafficMistakes {
    private static let page = "\"url\":\"http://localhost/\""

    static let bodies: [(body: String, rejection: Rejection)] = [
        ("{\"type\":\"page_view\",\"site\":\"\(DemoSeed.siteKey)\"", .malformedJSON),
        ("\"page_view\"", .notAnEvent),
        (String(repeating: "[", count: Limits.jsonDepth + 8), .tooDeep),
        ("{\"type\":\"purchase\",\"site\":\"\(DemoSeed.siteKey)\",\(Self.page)}", .unknownType),
        ("{\"type\":\"page_view\",\"site\":\"nosuchsite\",\(Self.page)}", .unknownSite),
        ("{\"type\":\"page_view\",\"site\":\"\(DemoSeed.siteKey)\",\"url\":\"javascript:void(0)\"}", .invalidURL),
        (
            "{\"type\":\"page_view\",\"site\":\"\(DemoSeed.siteKey)\",\"url\":\"http://elsewhere.example/\"}",
            .foreignHost
        ),
        ("{\"type\":\"custom\",\"site\":\"\(DemoSeed.siteKey)\",\(Self.page)}", .missingName),
        ("{\"type\":\"download\",\"site\":\"\(DemoSeed.siteKey)\",\(Self.page)}", .missingTarget),
        (
            "{\"type\":\"page_view\",\"site\":\"\(DemoSeed.siteKey)\",\"url\":\"http://localhost/"
                + String(repeating: "a", count: Limits.urlBytes) + "\"}",
            .urlTooLong
        ),
        (Self.tooMany, .tooManyEvents),
    ]

    private static var tooMany: String {
        let event = "{\"type\":\"page_view\",\"site\":\"\(DemoSeed.siteKey)\",\(Self.page)}"
        return "[" + [String](repeating: event, count: Limits.eventsPerRequest + 1).joined(separator: ",") + "]"
    }
}
