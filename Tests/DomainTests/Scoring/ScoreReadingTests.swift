import Domain
import Foundation
import TestSupport
import Testing

/// When a score falls below a level, against looking at every second; and the log's clock.
@Suite struct ScoreReadingTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    /// A contact with points by hand in two groups of different half-lives.
    private func contact(_ points: [Double], halfLives: [TimeSpan]) throws -> (Contact, CompiledModel) {
        var source = ScoringModel()
        source.groups = halfLives.enumerated().map { .init(name: "g\($0.offset)", halfLife: $0.element, max: 1_000) }
        var history = ModelHistory()
        history.publish(source, offset: 0, at: self.start)
        let model = try #require(history.models.last)
        var fold = ContactFold(Contact(id: ContactID(1)), model: model, offset: 1, time: self.start)
        for (index, points) in points.enumerated() {
            fold.add(
                ManualEntryRecord(
                    contact: ContactID(1),
                    points: points,
                    group: "g\(index)",
                    reason: "",
                    author: ""
                )
            )
        }
        return (fold.contact, model)
    }

    private func score(_ points: [Double], _ halfLives: [TimeSpan], _ second: Int) -> Double {
        zip(points, halfLives).reduce(0) { sum, part in
            sum + part.0 * exp2(-Double(second) * 1e6 / Double(part.1.microseconds))
        }
    }

    @Test func positivePointsFallBelowAtTheFirstWholeSecond() throws {
        var random = SeededRandom(seed: 8)
        for _ in 0..<40 {
            let points = [Double.random(in: 10..<90, using: &random), Double.random(in: 10..<90, using: &random)]
            let halfLives: [TimeSpan] = [.seconds(Int64(100 + random.next() % 900)), .seconds(700)]
            let level = Double.random(in: 2..<19, using: &random)
            let (contact, model) = try self.contact(points, halfLives: halfLives)
            let found = ScoreReading(of: contact, model: model, at: self.start).timeBelow(level)
            let expected = try #require((1...20_000).first { self.score(points, halfLives, $0) < level })
            #expect(found == self.start.adding(.seconds(Int64(expected))))
        }
    }

    @Test func withNegativePointsItLooksEarlyButNeverLateAndGetsThere() throws {
        var random = SeededRandom(seed: 9)
        for _ in 0..<40 {
            let points = [Double.random(in: 60..<90, using: &random), -Double.random(in: 1..<30, using: &random)]
            let halfLives: [TimeSpan] = [.seconds(500), .seconds(Int64(50 + random.next() % 2_000))]
            let level = Double.random(in: 2..<25, using: &random)
            let (contact, model) = try self.contact(points, halfLives: halfLives)
            let expected = try #require((1...50_000).first { self.score(points, halfLives, $0) < level })
            let end = self.start.adding(.seconds(Int64(expected)))
            var now = self.start
            var looks = 0
            while now < end {
                let next = ScoreReading(of: contact, model: model, at: now).timeBelow(level)
                #expect(next > now && next <= end)
                guard next > now else { break }
                now = next
                looks += 1
            }
            #expect(looks <= 20)
        }
    }

    @Test func theLogsClockFollowsSmallStepsForwardAndNothingElse() {
        var clock = LogClock(wall: self.start, monotonic: .seconds(5), notBefore: .distantPast)
        func read(_ wall: Int64, _ monotonic: Int64) -> Int64 {
            clock.reading(wall: self.start.adding(.seconds(wall)), monotonic: .seconds(monotonic))
                .since(self.start).microseconds / 1_000_000
        }
        #expect(read(1, 6) == 1)
        #expect(read(11, 7) == 11, "ten seconds forward are followed")
        #expect(read(5, 8) == 12, "back is not, time goes on")
        #expect(!clock.isAdrift)
        #expect(read(500, 9) == 13, "a large step is not followed")
        #expect(clock.isAdrift)
        #expect(read(14, 10) == 14)
        #expect(!clock.isAdrift)
        var late = LogClock(wall: self.start, monotonic: .seconds(0), notBefore: self.start.adding(.days(1)))
        let reading = late.reading(wall: self.start, monotonic: .seconds(1))
        #expect(reading == self.start.adding(.days(1)).adding(.seconds(1)), "it goes on behind what the log holds")
    }
}
