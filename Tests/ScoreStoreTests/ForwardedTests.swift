import Domain
import ScoreStore
import TestSupport
import Testing

/// Another browser on one token is probably a forwarded mail: its points are limited, its history stays out.
@Suite struct ForwardedTests {
    private let contact = Workload.contacts[0]
    private let first = VisitorID(high: 1, low: 1)
    private let second = VisitorID(high: 2, low: 2)

    private func landing(_ visitor: VisitorID, _ change: (inout EventRecord) -> Void) -> LogItem {
        var record = EventRecord()
        record.visitor = visitor
        record.verdict = .confirmed
        record.contact = self.contact
        change(&record)
        return .event(record, path: "/a")
    }

    /// How the contact's browsers are tied after these records, one a minute.
    private func ties(_ items: [LogItem]) throws -> [LinkTrust] {
        var bench = SlotBench()
        try bench.run(LogStep(time: Workload.start, items: [.contact(ContactRecord(contact: self.contact))]))
        for (minute, item) in items.enumerated() {
            try bench.run(LogStep(time: Workload.start.adding(.minutes(Int64(minute) + 1)), items: [item]))
        }
        return try #require(bench.contact(self.contact)).links.map(\.trust)
    }

    @Test func aSecondBrowserOnOneMessageQuoteOrLinkIsForwarded() throws {
        for object in [\EventRecord.message, \.quote, \.link] {
            let ties = try self.ties([
                self.landing(self.first) { $0[keyPath: object] = 9 },
                self.landing(self.second) { $0[keyPath: object] = 9 },
            ])
            #expect(ties == [.token, .forwarded])
        }
    }

    @Test func aSecondBrowserWithTheSameClickIsForwardedWhateverItBelongsTo() throws {
        let ties = try self.ties([
            self.landing(self.first) { $0.click = 7 },
            self.landing(self.second) { $0.click = 7 },
        ])
        #expect(ties == [.token, .forwarded])
    }

    @Test func aMessageAQuoteAndALinkOfOneNumberAreNotTheSame() throws {
        let ties = try self.ties([
            self.landing(VisitorID(high: 1, low: 1)) { $0.message = 9 },
            self.landing(VisitorID(high: 1, low: 2)) { $0.quote = 9 },
            self.landing(VisitorID(high: 1, low: 3)) { $0.link = 9 },
        ])
        #expect(ties == [.token, .token, .token])
    }

    @Test func aLaterMessageReadInTheFirstBrowserIsKnownTooWhenItIsForwarded() throws {
        let ties = try self.ties([
            self.landing(self.first) { $0.message = 1 },
            self.landing(self.first) { $0.message = 2 },
            self.landing(self.second) { $0.message = 2 },
        ])
        #expect(ties == [.token, .forwarded])
    }

    @Test func whatABrowserBroughtIsRememberedUpToALimit() throws {
        var items = (0...Limits.marksPerLink).map { number in
            self.landing(self.first) { $0.message = UInt32(number + 1) }
        }
        items.append(self.landing(self.second) { $0.message = 1 })
        #expect(try self.ties(items) == [.token, .token])
    }

    @Test func aForwardedBrowsersHistoryStaysOutAndItsPointsAreLimited() throws {
        var model = ScoringModel()
        model.groups = [.init(name: "web", halfLife: .days(30), max: 1_000)]
        model.pages = [.init(pattern: "/**", points: 100)]
        var bench = SlotBench()
        var before = EventRecord()
        before.visitor = self.second
        before.verdict = .confirmed
        try bench.run(
            LogStep(
                time: Workload.start,
                items: [
                    .model(model), .contact(ContactRecord(contact: self.contact)), .event(before, path: "/before"),
                    self.landing(self.first) { $0.message = 1 },
                ]
            )
        )
        try bench.run(
            LogStep(time: Workload.start.adding(.minutes(1)), items: [self.landing(self.second) { $0.message = 1 }])
        )
        let contact = try #require(bench.contact(self.contact))
        #expect(contact.links.map(\.trust) == [.token, .forwarded])
        // The first browser's landing and the second's; not the page the second saw before.
        #expect(contact.pageViews == 2)
        #expect(abs(contact.limited.total(group: 0, now: 0) - 100) < 1)
    }
}
