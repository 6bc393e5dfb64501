import Domain

@testable import Collector

/// Reading what a browser sends.
enum WireSteps {
    private static let key = SipKey(11, 13)
    private static let query =
        "site=www&url=https%3A%2F%2Fwww.example.com%2Fmaintenance%2Fcontrats%3Futm_source%3Dnewsletter"
        + "%26utm_campaign%3Dnovembre&title=Maintenance%20industrielle%20-%20Ardoine&consent=granted"
        + "&id=AAAABBBBCCCC.1"

    /// The head of a pixel's request.
    static func request(_ given: Steps.Preparation) -> Step {
        let routes = Routes(prefix: "")
        var parser = RequestParser()
        let head = [
            "GET /p.gif?\(Self.query) HTTP/1.1", "Host: v.example.com", "Connection: keep-alive",
            "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                + "Chrome/131.0.0.0 Safari/537.36",
            "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
            "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image",
            "Referer: https://www.example.com/maintenance/contrats", "Accept-Encoding: gzip, deflate, br",
            "Accept-Language: fr-FR,fr;q=0.9,en;q=0.8", "Cookie: _ga=GA1.1.1234567890; vnd=AAAAAAAAAAAAAAAAAAAAAA",
        ]
        let bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        return Step(bytes: bytes.count) {
            bytes.withUnsafeBytes { bytes in
                guard case .request = parser.parse(bytes, routes: routes) else { fatalError("the request is ours") }
            }
        }
    }

    /// The query of the same.
    static func query(_ given: Steps.Preparation) -> Step {
        var decoder = WireDecoder(nonceKey: Self.key)
        let query = Array(Self.query.utf8)
        return Step(bytes: query.count) {
            decoder.reset()
            query.withUnsafeBytes { bytes in
                let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
                guard case .accepted = decoder.decodeQuery(bytes, fallbackURL: nothing) else {
                    fatalError("the query is an event")
                }
            }
        }
    }

    /// A body of 50 events.
    static func json(_ given: Steps.Preparation) -> Step {
        var decoder = WireDecoder(nonceKey: Self.key)
        let event = """
            {"type":"page_view","site":"www","url":"https://www.example.com/maintenance/contrats?utm_source=newsletter\
            &utm_campaign=novembre","id":"AAAABBBBCCCCDDDD.1","time":1800000000000,"consent":"granted",\
            "title":"Maintenance industrielle - Ardoine","referrer":"https://www.google.com/","sent":1800000000100}
            """
        let body = Array("[\(Array(repeating: event, count: 50).joined(separator: ","))]".utf8)
        return Step(bytes: body.count) {
            decoder.reset()
            try? body.withUnsafeBytes { try decoder.decodeBody($0) }
            precondition(decoder.outcomes.count == 50, "the body holds 50 events")
        }
    }
}
