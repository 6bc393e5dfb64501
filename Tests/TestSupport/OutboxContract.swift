package import Domain

/// What every ``Outbox`` must do, one behaviour per case, run over each implementation with
/// `@Test(arguments: OutboxContract.allCases)`.
///
/// A violation is thrown rather than expected, so that this target needs no test library.
package enum OutboxContract: String, CaseIterable, Sendable {
    case readyKeepsLogOrder
    case readyHonoursLimit
    case readyKeepsDestinationsApart
    case contactOffersOnlyItsOldest
    case itemsWithoutContactAreIndependent
    case deliveredOneMakesWayForNext
    case retryHoldsBackTheWholeContact
    case deadOneMakesWayForNext
    case nextDueIsThatOfWhatMayBeTried
    case attemptsAreCountedAndFirstIsKept
    case attemptOnFinishedItemChangesNothing
    case backlogCountsPendingAndDead
    case bodyAndKeyComeBackUnchanged
    case onlyWhatIsPendingBegins
    case problemsOfADestinationCountFromTheirFirst

    /// An empty outbox under test and the way to put items into it.
    package struct Fixture: Sendable {
        /// The outbox.
        package var outbox: any Outbox
        /// Adds an undelivered item, due at once, and returns its row.
        package var add: @Sendable (OutboxItem) async throws -> Int64

        /// A fixture.
        package init(outbox: any Outbox, add: @escaping @Sendable (OutboxItem) async throws -> Int64) {
            self.outbox = outbox
            self.add = add
        }
    }

    /// What was not as promised.
    package struct Violation: Error, CustomStringConvertible {
        /// The promise and what was seen.
        package var description: String
    }

    /// Runs the behaviour against a fresh fixture.
    package func check(_ fixture: Fixture) async throws {
        switch self {
        case .readyKeepsLogOrder: try await fixture.readyKeepsLogOrder()
        case .readyHonoursLimit: try await fixture.readyHonoursLimit()
        case .readyKeepsDestinationsApart: try await fixture.readyKeepsDestinationsApart()
        case .contactOffersOnlyItsOldest: try await fixture.contactOffersOnlyItsOldest()
        case .itemsWithoutContactAreIndependent: try await fixture.itemsWithoutContactAreIndependent()
        case .deliveredOneMakesWayForNext: try await fixture.finishedOneMakesWay(.delivered)
        case .retryHoldsBackTheWholeContact: try await fixture.retryHoldsBackTheWholeContact()
        case .deadOneMakesWayForNext: try await fixture.finishedOneMakesWay(.dead)
        case .nextDueIsThatOfWhatMayBeTried: try await fixture.nextDueIsThatOfWhatMayBeTried()
        case .attemptsAreCountedAndFirstIsKept: try await fixture.attemptsAreCounted()
        case .attemptOnFinishedItemChangesNothing: try await fixture.attemptOnFinishedItem()
        case .backlogCountsPendingAndDead: try await fixture.backlogCounts()
        case .bodyAndKeyComeBackUnchanged: try await fixture.bodyAndKeyComeBack()
        case .onlyWhatIsPendingBegins: try await fixture.onlyWhatIsPendingBegins()
        case .problemsOfADestinationCountFromTheirFirst: try await fixture.problemsCountFromTheirFirst()
        }
    }
}

extension OutboxContract.Fixture {
    private func expect<Value: Equatable>(_ seen: Value, _ wanted: Value, _ promise: String) throws {
        guard seen != wanted else { return }
        throw OutboxContract.Violation(description: "\(promise): saw \(seen), wanted \(wanted)")
    }

    private func item(_ number: Int64, contact: UInt64, to destination: String = "crm") -> OutboxItem {
        OutboxItem(
            id: 0,
            destination: destination,
            key: "00000000000000aa-\(number)-3-0",
            kind: .leadQualified,
            contact: ContactID(contact),
            body: Array(#"{"number":\#(number)}"#.utf8),
            created: Timestamp(seconds: 1_000 + number)
        )
    }

    private func ready(
        _ destination: String = "crm",
        at seconds: Int64 = 5_000,
        limit: Int = 100
    ) async throws -> [Int64] {
        try await self.outbox.ready(for: destination, at: Timestamp(seconds: seconds), limit: limit).map(\.id)
    }

    private func record(_ id: Int64, at seconds: Int64, status: Int = 500, _ verdict: OutboxVerdict) async throws {
        let attempt = DeliveryAttempt(
            item: id,
            time: Timestamp(seconds: seconds),
            status: status,
            error: "",
            verdict: verdict
        )
        try await self.outbox.record(attempt)
    }

    fileprivate func readyKeepsLogOrder() async throws {
        let ids = [try await self.add(item(1, contact: 9)), try await self.add(item(2, contact: 4))]
        try self.expect(try await self.ready(), ids, "items come in the order they were decided")
    }

    fileprivate func readyHonoursLimit() async throws {
        let first = try await self.add(item(1, contact: 1))
        _ = try await self.add(item(2, contact: 2))
        try self.expect(try await self.ready(limit: 1), [first], "at most the limit, the oldest first")
        try self.expect(try await self.ready(limit: 0), [], "nothing for a limit of nothing")
    }

    fileprivate func readyKeepsDestinationsApart() async throws {
        let crm = try await self.add(item(1, contact: 1))
        let chat = try await self.add(item(1, contact: 1, to: "chat"))
        try self.expect(try await self.ready(), [crm], "a destination's own items")
        try self.expect(try await self.ready("chat"), [chat], "the other's own items")
        try self.expect(try await self.ready("nowhere"), [], "nothing for a destination nobody addressed")
    }

    fileprivate func contactOffersOnlyItsOldest() async throws {
        let first = try await self.add(item(1, contact: 1))
        _ = try await self.add(item(2, contact: 1))
        let other = try await self.add(item(3, contact: 2))
        try self.expect(try await self.ready(), [first, other], "one item of a contact at a time")
    }

    fileprivate func itemsWithoutContactAreIndependent() async throws {
        let ids = [try await self.add(item(1, contact: 0)), try await self.add(item(2, contact: 0))]
        try self.expect(try await self.ready(), ids, "items of nobody do not wait for each other")
    }

    fileprivate func finishedOneMakesWay(_ verdict: OutboxVerdict) async throws {
        let first = try await self.add(item(1, contact: 1))
        let second = try await self.add(item(2, contact: 1))
        try await self.record(first, at: 2_000, verdict)
        try self.expect(try await self.ready(), [second], "the next of the contact follows")
    }

    fileprivate func retryHoldsBackTheWholeContact() async throws {
        let first = try await self.add(item(1, contact: 1))
        _ = try await self.add(item(2, contact: 1))
        try await self.record(first, at: 2_000, .retry(at: Timestamp(seconds: 3_000)))
        try self.expect(try await self.ready(at: 2_999), [], "nothing of the contact before the retry is due")
        try self.expect(try await self.ready(at: 3_000), [first], "the retry when it is due")
    }

    fileprivate func nextDueIsThatOfWhatMayBeTried() async throws {
        try self.expect(try await self.outbox.nextDue(for: "crm"), nil, "nothing waits")
        let first = try await self.add(item(1, contact: 1))
        _ = try await self.add(item(2, contact: 1))
        guard let due = try await self.outbox.nextDue(for: "crm"), due <= Timestamp(seconds: 1_001) else {
            throw OutboxContract.Violation(description: "a new item is due at once")
        }
        try await self.record(first, at: 2_000, .retry(at: Timestamp(seconds: 3_000)))
        try self.expect(
            try await self.outbox.nextDue(for: "crm"),
            Timestamp(seconds: 3_000),
            "an item behind another of its contact does not count"
        )
    }

    fileprivate func attemptsAreCounted() async throws {
        let id = try await self.add(item(1, contact: 1))
        try await self.record(id, at: 2_000, .retry(at: Timestamp(seconds: 2_010)))
        try await self.record(id, at: 2_010, .retry(at: Timestamp(seconds: 2_030)))
        let items = try await self.outbox.ready(for: "crm", at: Timestamp(seconds: 2_030), limit: 10)
        try self.expect(items.map(\.attempts), [2], "both attempts are counted")
        try self.expect(items.map(\.firstAttempt), [Timestamp(seconds: 2_000)], "the first one's time is kept")
    }

    fileprivate func attemptOnFinishedItem() async throws {
        let id = try await self.add(item(1, contact: 1))
        try await self.record(id, at: 2_000, status: 200, .delivered)
        try await self.record(id, at: 2_001, .retry(at: Timestamp(seconds: 2_002)))
        try await self.record(id + 1_000, at: 2_001, .delivered)
        try self.expect(try await self.ready(), [], "what is delivered stays delivered")
    }

    fileprivate func backlogCounts() async throws {
        try self.expect(try await self.outbox.backlog(), [], "nothing waits anywhere")
        let dead = try await self.add(item(1, contact: 1))
        _ = try await self.add(item(2, contact: 1))
        _ = try await self.add(item(3, contact: 2))
        let chat = try await self.add(item(4, contact: 2, to: "chat"))
        try await self.record(dead, at: 2_000, .dead)
        try await self.record(chat, at: 2_000, status: 200, .delivered)
        try self.expect(
            try await self.outbox.backlog(),
            [DestinationBacklog(destination: "crm", pending: 2, dead: 1, oldest: Timestamp(seconds: 1_002))],
            "pending and dead items per destination, by name, without destinations that have neither"
        )
    }

    fileprivate func onlyWhatIsPendingBegins() async throws {
        let id = try await self.add(item(1, contact: 1))
        try self.expect(try await self.outbox.begin(id), true, "a pending item begins")
        try await self.record(id, at: 2_000, status: 200, .delivered)
        try self.expect(try await self.outbox.begin(id), false, "a delivered one does not")
        try self.expect(try await self.outbox.begin(id + 1), false, "nor does one that is not there")
    }

    fileprivate func problemsCountFromTheirFirst() async throws {
        let crm = try await self.add(item(1, contact: 1))
        let other = try await self.add(item(2, contact: 2))
        let chat = try await self.add(item(3, contact: 1, to: "chat"))
        func since() async throws -> Timestamp? { try await self.outbox.failingSince("crm") }
        try self.expect(try await since(), nil, "without an attempt nothing is known")
        try await self.record(crm, at: 2_000, .retry(at: Timestamp(seconds: 2_005)))
        try await self.record(crm, at: 2_005, status: 0, .retry(at: Timestamp(seconds: 2_020)))
        try await self.record(chat, at: 2_006, status: 200, .delivered)
        try self.expect(try await since(), Timestamp(seconds: 2_000), "the first of the last problems")
        try await self.record(other, at: 2_030, status: 400, .dead)
        try self.expect(try await since(), nil, "an answer about the item ends them")
        try await self.record(crm, at: 2_040, status: 410, .retry(at: Timestamp(seconds: 9_000)))
        try self.expect(try await since(), Timestamp(seconds: 2_040), "and others begin anew")
    }

    fileprivate func bodyAndKeyComeBack() async throws {
        var wanted = item(7, contact: .max)
        wanted.id = try await self.add(wanted)
        let items = try await self.outbox.ready(for: "crm", at: Timestamp(seconds: 5_000), limit: 10)
        try self.expect(items, [wanted], "an item comes back as it went in")
    }
}
