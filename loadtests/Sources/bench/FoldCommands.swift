import ArgumentParser
import Domain
import Measuring
import ScoreStore

extension PageViews.Spread: ExpressibleByArgument {}

/// The fold at a size of store, a spread of visitors and a number of workers.
struct FoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "fold", abstract: "Folds page views into scores.")

    @Option(help: "How many visitors there are.")
    var profiles = 10_000
    @Option(help: "How many events are folded and measured.")
    var events = 1_000_000
    @Option(help: "Threads that fold.")
    var workers = 1
    @Option(help: "Threads that read profiles meanwhile.")
    var readers = 0
    @Option(help: "How views are spread over visitors: uniform or zipf.")
    var spread = PageViews.Spread.uniform

    func run() throws {
        var run = FoldRun(model: ScoringModel.ofPageViews(rules: 10))
        // Every visitor is there before anything is measured: growing the store is not what a fold costs.
        var views = PageViews(profiles: self.profiles, key: FoldRun.key, seed: 1)
        // In parts, because each is held in memory as a log.
        for _ in 0..<10 { _ = try run.fold(&views, count: self.profiles / 5, workers: 1) }
        var measured = PageViews(profiles: self.profiles, spread: self.spread, key: FoldRun.key, seed: 2)
        let cost = try run.fold(&measured, count: self.events, workers: self.workers, readers: self.readers)
        report(
            "fold",
            [
                "profiles": Double(self.profiles), "workers": Double(self.workers), "readers": Double(self.readers),
                "zipf": self.spread == .zipf ? 1 : 0, "events": Double(cost.events),
                "nanoseconds_per_event": cost.cpu / Double(cost.events) * 1e9,
                "events_per_cpu_second": Double(cost.events) / cost.cpu,
                "events_per_second": Double(cost.events) / cost.wall,
            ]
        )
    }
}

/// Memory per profile.
struct MemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "memory", abstract: "Memory of visitors.")

    @Option(help: "How many visitors are kept.")
    var profiles = 1_000_000
    @Option(help: "Page views of each.")
    var views = 4

    func run() throws {
        var run = FoldRun(model: ScoringModel.ofPageViews(rules: 10))
        var views = PageViews(profiles: 1_000, key: FoldRun.key)
        _ = try run.fold(&views, count: 10_000, workers: 1)
        let before = residentBytes()
        var more = PageViews(profiles: self.profiles, key: FoldRun.key, seed: 2)
        // In parts, so that the recorded log is never a part of what is measured.
        for _ in 0..<self.views * 10 { _ = try run.fold(&more, count: self.profiles / 10, workers: 1) }
        let after = residentBytes()
        let kept = (0..<Limits.slotCount).reduce(0) { sum, number in
            sum + run.store.read(Slot(number)) { $0.counts.visitors }
        }
        report(
            "memory",
            [
                "visitors": Double(kept), "views": Double(self.views),
                "bytes_per_visitor": Double(after - before) / Double(kept),
            ]
        )
    }
}

/// The fold against the number of rules.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rules", abstract: "The fold against the rules.")

    @Option(help: "How many events are folded and measured.")
    var events = 400_000

    func run() throws {
        let most = 1_000
        for (rules, matching) in [(10, 0), (100, 0), (most, 0), (most, 1), (most, 10), (most, 100)] {
            var run = FoldRun(model: ScoringModel.ofPageViews(rules: rules, matching: matching))
            var views = PageViews(profiles: 10_000, key: FoldRun.key, seed: 1)
            _ = try run.fold(&views, count: 20_000, workers: 1)
            let cost = try run.fold(&views, count: self.events, workers: 1)
            report(
                "rules",
                [
                    "rules": Double(rules), "matching": Double(matching),
                    "nanoseconds_per_event": cost.cpu / Double(cost.events) * 1e9,
                ]
            )
        }
    }
}
