import Domain
import TestSupport
import Testing

/// Whatever bytes come in, every text of every accepted event keeps the promises the rest of the service builds on.
@Suite struct WireRobustnessTests {
    private static let seeds = [
        """
        {"type":"page_view","site":"s1","url":"https://u:p@Shop.example:443/a/../%7eb?utm_source=m%20x&q=1&gclid=9#x",\
        "id":"abcDEF_-0123.17","time":1700000000000,"sent":1.7e12,"title":"Gr\\u00fc\\ud83d\\ude00\u{1F600}é",\
        "referrer":"https://s.example/?q","consent":"granted","upgrade":true,"scroll":50}
        """,
        """
        [{"type":"form_submit","site":"s","url":"http://a/?vdg=t.1","name":"f","fields":{"a":"1","b":"","a":"2","c":null}},\
        {"type":"download","site":"s","url":"http://[::1]:8080/","target":"https://b/x%2fy?utm_term=1"},7]
        """,
    ]

    private static func texts(_ event: WireEvent) -> [(TextRange, Int)] {
        [
            (event.site, Limits.nameBytes), (event.url, Limits.urlBytes), (event.path, Limits.urlBytes),
            (event.title, Limits.titleBytes), (event.referrer, Limits.urlBytes), (event.target, Limits.urlBytes),
            (event.campaignSource, Limits.nameBytes), (event.campaignMedium, Limits.nameBytes),
            (event.campaignName, Limits.nameBytes), (event.campaignContent, Limits.nameBytes),
            (event.campaignTerm, Limits.nameBytes), (event.clickIDName, Limits.nameBytes),
            (event.click, Limits.tokenBytes),
            (event.name, Limits.nameBytes),
            (event.fields, Limits.formFields * (Limits.nameBytes + Limits.formFieldBytes + 4)),
        ]
    }

    private static func keepsPromises(_ outcome: WireOutcome, _ scratch: [UInt8]) -> Bool {
        guard case .accepted(let event, _) = outcome else { return true }
        for (text, limit) in Self.texts(event) {
            guard text.bounds.upperBound <= scratch.count, text.count <= limit else { return false }
            guard text == event.fields || String(validating: scratch[text.bounds], as: UTF8.self) != nil else {
                return false
            }
        }
        let shown = [
            event.title, event.name, event.campaignSource, event.url, event.referrer, event.target, event.click,
        ]
        let isClean = shown.allSatisfy { scratch[$0.bounds].allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
        return isClean && !event.site.isEmpty && !event.path.isEmpty && event.scrollPercent <= 100
    }

    @Test func mutatedBodiesNeverBreakAPromise() {
        var random = SeededRandom(seed: 31)
        var fixture = WireFixture()
        var accepted = 0
        for round in 0..<8_000 {
            var body = Array(Self.seeds[round % Self.seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { Mutation.apply(to: &body, using: &random) }
            let outcomes = (try? fixture.outcomes(body)) ?? []
            accepted += outcomes.count { WireFixture.rejection($0) == nil }
            #expect(outcomes.allSatisfy { Self.keepsPromises($0, fixture.decoder.scratch) }, "round \(round)")
        }
        #expect(accepted > 500)
    }

    @Test func mutatedQueriesNeverBreakAPromise() {
        var random = SeededRandom(seed: 32)
        var fixture = WireFixture()
        let seed =
            "type=custom&site=s&url=https%3A%2F%2Fa.example%2F%25%3Fvdg%3D1&name=n+%C3%A9&scroll=5&x&fields=1"
        for round in 0..<8_000 {
            var query = Array(seed.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { Mutation.apply(to: &query, using: &random) }
            fixture.decoder.reset()
            let referer = (0..<12).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let outcome = query.withUnsafeBytes { query in
                referer.withUnsafeBytes { fixture.decoder.decodeQuery(query, fallbackURL: $0) }
            }
            #expect(Self.keepsPromises(outcome, fixture.decoder.scratch), "round \(round)")
        }
    }

    @Test func randomBytesAreNoEvents() {
        var random = SeededRandom(seed: 33)
        var fixture = WireFixture()
        for _ in 0..<4_000 {
            let count = Int.random(in: 0..<64, using: &random)
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let outcomes = (try? fixture.outcomes(bytes)) ?? []
            #expect(outcomes.allSatisfy { WireFixture.rejection($0) != nil })
        }
    }
}
