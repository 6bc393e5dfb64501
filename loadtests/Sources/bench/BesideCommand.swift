import ArgumentParser
import Domain
import Measuring

/// The fold beside Redis and SQLite, on the same page views.
///
/// Redis and SQLite do less: no limits, no topics, no ledger, no repeated events told apart. All three read the same
/// records.
struct BesideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "beside",
        abstract: "The fold, and the same scores kept by Redis and by SQLite."
    )

    enum Failure: Error {
        case differ(Int)
    }

    @Option(help: "How many visitors there are.")
    var profiles = 10_000
    @Option(help: "How many events are measured, after twice as many as there are visitors.")
    var events = 200_000
    @Option(help: "The Unix socket of a Redis that may be emptied.")
    var redis: String
    @Option(help: "A file for SQLite that does not exist yet.")
    var sqlite: String

    func run() throws {
        var run = FoldRun(model: ScoringModel.ofPageViews(rules: 10))
        var views = PageViews(profiles: self.profiles, key: FoldRun.key)
        _ = try run.fold(&views, count: 2 * self.profiles, workers: 1)
        let fold = try run.fold(&views, count: self.events, workers: 1)
        self.tell("fold", seconds: fold.cpu)
        let redis = try RedisScores(socket: self.redis)
        let pipelined = try self.measure(redis.take, elsewhere: redis.serverSeconds)
        self.tell("Redis", seconds: pipelined.here, elsewhere: pipelined.there)
        let sqlite = try SQLiteScores(file: self.sqlite)
        self.tell("SQLite", seconds: try self.measure(sqlite.take).here)
        try self.compare(views, redis, sqlite)
    }

    /// Gives the fold's views to another store; the seconds this thread spent, and another process meanwhile.
    private func measure(
        _ take: ([StoredView]) throws -> Void,
        elsewhere: () throws -> Double = { 0 }
    ) throws -> (here: Double, there: Double) {
        var stream = ViewStream(PageViews(profiles: self.profiles, key: FoldRun.key))
        for block in stream.prepare(2 * self.profiles) { try take(stream.read(block)) }
        let blocks = stream.prepare(self.events)
        let before = try elsewhere()
        let begin = Stopwatch.thread()
        for block in blocks { try take(stream.read(block)) }
        let seconds = Stopwatch.thread() - begin
        return (seconds, try elsewhere() - before)
    }

    private func tell(_ name: String, seconds: Double, elsewhere: Double = 0) {
        let count = Double(self.events)
        report(
            "beside \(name)",
            [
                "profiles": Double(self.profiles), "events": count,
                "client_nanoseconds": seconds / count * 1e9, "server_nanoseconds": elsewhere / count * 1e9,
                "nanoseconds_per_event": (seconds + elsewhere) / count * 1e9,
            ]
        )
    }

    /// Both have to hold the same, or one of them did not do its work.
    private func compare(_ views: PageViews, _ redis: RedisScores, _ sqlite: SQLiteScores) throws {
        for number in stride(from: 0, to: self.profiles, by: max(self.profiles / 1_000, 1)) {
            let visitor = views.visitor(number)
            switch (try redis.score(of: visitor), try sqlite.score(of: visitor)) {
            case (nil, nil): continue
            case (let one?, let other?) where one.views == other.views && abs(one.balance - other.balance) < 1e-6:
                continue
            default: throw Failure.differ(number)
            }
        }
    }
}
