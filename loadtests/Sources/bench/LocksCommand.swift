import ArgumentParser
import Measuring
import ScoreStore
import Synchronization

/// Both kinds of lock around a slot's worth of work, alone and with another thread that wants the same one.
struct LocksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "locks", abstract: "Mutex beside pthread_mutex.")

    @Option(help: "Times each lock is taken by each thread.")
    var rounds = 2_000_000

    func run() throws {
        for threads in [1, 2] {
            let mutex = Counted()
            self.measure("Mutex", threads) { mutex.value.withLock { Self.work(&$0) } }
            let monitor = Monitor([UInt64](repeating: 0, count: 16))
            self.measure("pthread_mutex", threads) {
                monitor.withLock {
                    Self.work(&$0)
                    return false
                }
            }
        }
    }

    private final class Counted: Sendable {
        let value = Mutex([UInt64](repeating: 0, count: 16))
    }

    /// About what an update of a profile touches.
    private static func work(_ values: inout [UInt64]) {
        for index in values.indices { values[index] &+= UInt64(index) }
    }

    private func measure(_ name: String, _ threads: Int, _ body: @escaping @Sendable () -> Void) {
        let rounds = self.rounds
        let begin = Stopwatch.process()
        let wall = Stopwatch.wall()
        let running = (0..<threads).compactMap { number in
            SystemThread.start("lock-\(number)") { for _ in 0..<rounds { body() } }
        }
        for thread in running { thread.join() }
        let count = Double(rounds * threads)
        report(
            "lock \(name)",
            [
                "threads": Double(threads), "cpu_nanoseconds": (Stopwatch.process() - begin) / count * 1e9,
                "wall_nanoseconds": (Stopwatch.wall() - wall) / Double(rounds) * 1e9,
            ]
        )
    }
}
