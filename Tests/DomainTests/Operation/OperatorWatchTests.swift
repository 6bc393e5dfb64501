import Domain
import Testing

@Suite struct OperatorWatchTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    private func observe(
        _ watch: inout OperatorWatch,
        _ found: [OperatorCondition],
        minutes: Int64
    ) -> [String] {
        let now = self.start.adding(.minutes(minutes))
        let details = Dictionary(uniqueKeysWithValues: found.map { ($0, "\($0.name) at \(minutes)") })
        return watch.observe(details, at: now).map { "\($0.isOver ? "over" : "begun") \($0.detail)" }
    }

    @Test func whatHoldsIsToldOnceAndOnceWhenItIsOver() {
        var watch = OperatorWatch()
        #expect(self.observe(&watch, [.diskFilling], minutes: 0) == ["begun disk_filling at 0"])
        for minute in 1...100 { #expect(self.observe(&watch, [.diskFilling], minutes: Int64(minute)).isEmpty) }
        #expect(self.observe(&watch, [], minutes: 101).isEmpty)
        #expect(self.observe(&watch, [], minutes: 110).isEmpty)
        #expect(self.observe(&watch, [], minutes: 111) == ["over over: disk_filling at 0"])
        #expect(self.observe(&watch, [], minutes: 112).isEmpty)
        #expect(watch == OperatorWatch())
        #expect(self.observe(&watch, [.diskFilling], minutes: 113) == ["begun disk_filling at 113"])
    }

    @Test func whatComesAndGoesIsToldOnce() {
        var watch = OperatorWatch()
        var told: [String] = []
        for minute in 0..<60 {
            told += self.observe(&watch, minute % 5 == 0 ? [] : [.diskFilling], minutes: Int64(minute))
        }
        #expect(told == ["begun disk_filling at 1"])
    }

    @Test func whatPassesByItselfIsNotTold() {
        var watch = OperatorWatch()
        let failing = OperatorCondition.destinationFailing(destination: "crm")
        #expect(self.observe(&watch, [failing], minutes: 0).isEmpty)
        #expect(self.observe(&watch, [failing], minutes: 9).isEmpty)
        #expect(self.observe(&watch, [], minutes: 10).isEmpty)
        #expect(watch == OperatorWatch())
        #expect(self.observe(&watch, [failing], minutes: 11).isEmpty)
        #expect(self.observe(&watch, [failing], minutes: 21) == ["begun destination_failing at 21"])
    }

    @Test func subjectsAreToldApart() {
        var watch = OperatorWatch()
        let (one, two) = (
            OperatorCondition.deadLetters(destination: "a"), OperatorCondition.deadLetters(destination: "b")
        )
        #expect(self.observe(&watch, [one], minutes: 0).count == 1)
        #expect(self.observe(&watch, [one, two], minutes: 1).count == 1)
        #expect(self.observe(&watch, [two], minutes: 2).isEmpty)
        #expect(self.observe(&watch, [two], minutes: 3) == ["over over: dead_letters at 0"])
    }

    @Test func aClockThatIsSetBackMakesNothingOlder() {
        var watch = OperatorWatch()
        let failing = OperatorCondition.destinationFailing(destination: "crm")
        _ = self.observe(&watch, [failing], minutes: 600)
        #expect(self.observe(&watch, [failing], minutes: 0).isEmpty)
        #expect(self.observe(&watch, [failing], minutes: 10).count == 1)
        _ = self.observe(&watch, [], minutes: 700)
        #expect(self.observe(&watch, [], minutes: 20).isEmpty)
        #expect(self.observe(&watch, [], minutes: 30).count == 1)
    }

    @Test func aWatchThatIsKeptGoesOn() {
        var watch = OperatorWatch()
        _ = self.observe(&watch, [.logFailed], minutes: 0)
        var again = OperatorWatch(watch.standings)
        #expect(self.observe(&again, [.logFailed], minutes: 1).isEmpty)
        #expect(self.observe(&again, [], minutes: 2) == ["over over: log_failed at 0"])
    }

    @Test(arguments: [
        OperatorCondition.deadLetters(destination: "crm"), .destinationFailing(destination: "crm"), .diskFilling,
        .logFailed, .clockAdrift, .certificateEnding, .siteSilent(site: "www"),
    ])
    func everyConditionIsFoundByItsName(condition: OperatorCondition) {
        #expect(OperatorCondition(name: condition.name, subject: condition.subject) == condition)
        #expect(OperatorCondition(name: condition.name + "x", subject: condition.subject) == nil)
    }
}
