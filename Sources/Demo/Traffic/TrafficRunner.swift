import AsyncHTTPClient
import Domain
import Foundation

/// Sends a planned day over HTTP and compares what the service made of it.
package struct TrafficRunner: Sendable {
    /// How far the day is.
    package struct Progress: Equatable, Sendable {
        /// Minutes since midnight of the played day; nil while it is prepared.
        package var minute: Int?
        package var done: Int
        package var all: Int
    }

    /// Journeys under way at once.
    private static let concurrency = 16
    /// How long the service may take to fold what it took.
    private static let settling = Duration.seconds(60)

    private let plan: TrafficPlan
    private let target: TrafficTarget
    /// Goes into every id, so that a second run of the same day is not taken for a repetition of the first.
    private let salt: UInt32

    /// A run of a plan against a target; `salt` differs from run to run.
    package init(plan: TrafficPlan, target: TrafficTarget, salt: UInt32) {
        self.plan = plan
        self.target = target
        self.salt = salt
    }

    /// Sends everything, waits until it is folded, and compares.
    package func run(progress: @Sendable (Progress) -> Void) async throws -> TrafficReport {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.concurrency
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let report = try await self.run(TrafficClient(http: http), progress)
            try await http.shutdown()
            return report
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    private func run(_ client: TrafficClient, _ progress: @Sendable (Progress) -> Void) async throws -> TrafficReport {
        let api = TrafficAPI(client: client, target: self.target)
        let mailing = try await self.prepare(api, progress)
        let before = try await self.settled(api)
        try await self.play(client, mailing, progress)
        let after = try await self.settled(api)
        return TrafficReport(tally: TrafficTally(self.plan), before: before, after: after)
    }

    /// Puts the contacts, and makes a mailing of this run's own: a burst is found by its message, and an earlier run's
    /// clicks must not stand near this one's.
    private func prepare(_ api: TrafficAPI, _ progress: @Sendable (Progress) -> Void) async throws -> TrafficMailing {
        let origin = try await api.siteOrigin()
        let message = try await api.createMessage(name: "Journée simulée \(String(self.salt, radix: 16))")
        var mailing = TrafficMailing(origin: origin, message: message)
        for path in TrafficPlan.linkPaths {
            mailing.links.append(try await api.createLink(url: origin + path, message: message))
        }
        for (index, contact) in self.plan.contacts.enumerated() {
            try await api.put(contact)
            mailing.tokens.append(try await api.token(.message, contact: contact.email, object: message))
            if self.plan.journeys.contains(where: { $0.contact == index && $0.steps.contains { $0.act == .quote } }) {
                let title = "Devis \(contact.company)"
                let quote = try await api.createQuote(title: title, url: origin + "/devis", contact: contact.email)
                let token = try await api.token(.quote, contact: contact.email, object: quote)
                mailing.quotes[index] = "/q/\(quote)/\(token)"
            }
            progress(Progress(minute: nil, done: index + 1, all: self.plan.contacts.count))
        }
        return mailing
    }

    private func play(
        _ client: TrafficClient,
        _ mailing: TrafficMailing,
        _ progress: @Sendable (Progress) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            var next = 0
            var done = 0
            func start() {
                guard next < self.plan.journeys.count else { return }
                let journey = self.plan.journeys[next]
                next += 1
                var session = TrafficSession(
                    journey: journey,
                    client: client,
                    target: self.target,
                    mailing: mailing,
                    salt: self.salt
                )
                group.addTask {
                    try await session.play()
                    return journey.minute
                }
            }
            for _ in 0..<Self.concurrency { start() }
            while let minute = try await group.next() {
                done += 1
                progress(Progress(minute: minute, done: done, all: self.plan.journeys.count))
                start()
            }
        }
    }

    /// The service's figures once nothing is pending any more.
    private func settled(_ api: TrafficAPI) async throws -> TrafficStatus {
        let deadline = ContinuousClock.now.advanced(by: Self.settling)
        while true {
            let status = try await api.status()
            if status.isSettled { return status }
            guard ContinuousClock.now < deadline else {
                throw TrafficFailure.notFolded(pending: status.outcomes.pending)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}

/// What a run made for itself in the service.
struct TrafficMailing: Sendable {
    /// The demonstration's site.
    var origin: String
    var message: UInt32
    /// One per ``TrafficPlan/linkPaths``.
    var links: [UInt32] = []
    /// One per contact.
    var tokens: [String] = []
    /// Path of the quote's page, by contact.
    var quotes: [Int: String] = [:]

    init(origin: String, message: UInt32) {
        self.origin = origin
        self.message = message
    }
}
