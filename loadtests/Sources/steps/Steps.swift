import Domain
import Measuring

/// One step of an event's way, again and again: `steps <step> <count> <empty directory>`. What is counted lies within
/// `measured`, a function whose name callgrind is told; as many repetitions before it warm up.
@main
enum Steps {
    private static let all: [(name: String, prepare: @Sendable (Preparation) throws -> Step)] = [
        ("request", WireSteps.request), ("query", WireSteps.query), ("json", WireSteps.json),
        ("record", LogSteps.record), ("append", LogSteps.append), ("fold", FoldStep.fold),
    ]

    /// What a step is given.
    struct Preparation {
        var count: Int
        var directory: String
    }

    enum Failure: Error {
        case usage([String])
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[2]), count > 0,
            let step = Self.all.first(where: { $0.name == arguments[1] })
        else { throw Failure.usage(Self.all.map(\.name)) }
        let prepared = try step.prepare(Preparation(count: count, directory: arguments[3]))
        let body = prepared.body
        for _ in 0..<count { body() }
        let before = Allocations.count
        let begin = Stopwatch.thread()
        measured { for _ in 0..<count { body() } }
        let spent = Stopwatch.thread() - begin
        let allocations = Allocations.isCounting ? Double(Allocations.count - before) / Double(count) : -1
        report(
            "step \(step.name)",
            [
                "count": Double(count), "bytes": Double(prepared.bytes),
                "nanoseconds": spent / Double(count) * 1e9, "allocations": allocations,
            ]
        )
    }
}

/// A step, ready to be repeated.
struct Step {
    /// How many bytes a repetition reads, or has written.
    var bytes: Int
    var body: () -> Void
}

/// What is counted. A function of its own under a name that callgrind can be told: the optimiser makes another of it
/// for the closure, whose name contains this one.
@inline(never)
@_silgen_name("vendange_measured")
private func measured(_ body: () -> Void) { body() }
