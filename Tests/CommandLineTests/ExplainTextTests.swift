import Foundation
import Testing

@testable import vendange

/// What `vendange explain` prints, letter by letter: it is what people check a score with.
@Suite struct ExplainTextTests {
    private func text(_ json: String) throws -> String {
        ExplainCommand.text(of: try JSONDecoder().decode(JSON.self, from: Data(json.utf8)))
    }

    @Test func everyKindOfEntrySaysWhatBecameOfIt() throws {
        let text = try self.text(
            """
            {
              "contact": {"first_name": "Anne", "last_name": "Durand", "email": "anne@acme.example",
                "account": {"name": "Acme"}},
              "earlier": {"count": 1200, "worth": 3.25},
              "entries": [
                {"date": "2026-03-01T08:15:00Z", "rule": "before identification", "title": "Tarifs", "group": "web",
                  "topic": "prices", "points": 12, "granted": 12, "capped": 0, "worth": 6, "state": "settled",
                  "repeats": 0},
                {"date": "2026-03-02T08:15:00Z", "rule": "/tarifs", "url": "acme.example/tarifs", "group": "web",
                  "points": 15, "granted": 10, "capped": 5, "worth": 7.5, "state": "settled", "repeats": 2},
                {"date": "2026-03-02T09:00:00Z", "rule": "mail click", "object_name": "Spring", "group": "mail",
                  "points": 10, "granted": 3, "capped": 0, "worth": 3, "state": "settled",
                  "reason": "scanner_burst", "reversed_by": "17-0", "repeats": 0},
                {"date": "2026-03-02T09:00:01Z", "rule": "scanner_burst", "group": "mail", "points": -3,
                  "granted": -3, "capped": 0, "worth": -3, "state": "settled", "repeats": 0},
                {"date": "2026-03-02T09:00:01Z", "rule": "mail click", "object_name": "Spring", "group": "mail",
                  "points": 10, "granted": 0, "capped": 0, "worth": 0, "state": "dropped",
                  "reason": "scanner_burst", "repeats": 0},
                {"date": "2026-03-02T10:00:00Z", "rule": "mail click", "object_name": "Summer", "group": "mail",
                  "points": 10, "granted": 0, "capped": 0, "worth": 0, "state": "provisional", "repeats": 0},
                {"date": "2026-03-03T10:00:00Z", "rule": "met at a fair", "group": "sales", "points": 8,
                  "granted": 8, "capped": 0, "worth": 8, "state": "settled", "repeats": 0, "author": "Olive"}
              ],
              "sum": 24.75, "balance": 24.75,
              "groups": [{"name": "web", "worth": 16.75}, {"name": "sales", "worth": 8}, {"name": "mail", "worth": 0}],
              "topics": [{"name": "", "worth": 18.75}, {"name": "prices", "worth": 6}],
              "stage": {"stage": "cold", "grade": "A", "next": "warm", "missing": 5.25,
                "awaits_confirmation": false, "is_excluded": true}
            }
            """
        )
        #expect(text == Self.expected)
    }

    private static let expected = """
        Anne Durand  anne@acme.example  Acme

        date              rule                   page or mail         group  topic   points  granted  decay  worth  state
        earlier           1200 entries                                                                        3.25
        2026-03-01 08:15  before identification  Tarifs               web    prices   12.00    12.00   50 %   6.00  settled
        2026-03-02 08:15  /tarifs                acme.example/tarifs  web             15.00    10.00   75 %   7.50  settled, 5.00 capped, +2 over the limit
        2026-03-02 09:00  mail click             Spring               mail            10.00     3.00  100 %   3.00  reversed, scanner_burst
        2026-03-02 09:00  scanner_burst                               mail            -3.00    -3.00  100 %  -3.00  settled
        2026-03-02 09:00  mail click             Spring               mail            10.00     0.00          0.00  dropped, scanner_burst
        2026-03-02 10:00  mail click             Summer               mail            10.00     0.00          0.00  provisional
        2026-03-03 10:00  met at a fair                               sales            8.00     8.00  100 %   8.00  settled, by Olive

        sum 24.75   score 24.75

        by group: web 16.75, sales 8.00, mail 0.00

        by topic: no topic 18.75, prices 6.00

        stage cold, grade A; 5.25 points to warm; never handed over (status or objection)
        """

    @Test func aContactWithoutAnythingIsExplainedToo() throws {
        let text = try self.text(
            """
            {"contact": {"email": "bert@acme.example"}, "entries": [], "sum": 0, "balance": 0, "groups": [],
              "topics": [], "stage": {"stage": "hot", "grade": "B", "awaits_confirmation": true,
              "is_excluded": false}}
            """
        )
        #expect(
            text == """
                bert@acme.example

                date  rule  page or mail  group  topic  points  granted  decay  worth  state

                sum 0.00   score 0.00

                stage hot, grade B; hot on unconfirmed points, waits for a human act
                """
        )
    }
}
