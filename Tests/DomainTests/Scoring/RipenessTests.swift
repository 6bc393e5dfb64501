import Domain
import Testing

/// The stage machine as a script: a cause and a score, line after line, and what must follow.
@Suite struct RipenessTests {
    private final class Script {
        var ripeness = Ripeness()
        var hours: Int64 = 0
        var isExcluded = false
        var confirmedHours: Int64? = 0
        var cooldown = TimeSpan.hours(24)

        func step(_ cause: Ripeness.Cause, _ score: Double, after hours: Int64 = 1) -> [Ripeness.Action] {
            self.hours += hours
            let start = Timestamp(seconds: 1_800_000_000)
            return self.ripeness.advance(
                cause,
                Ripeness.Reading(
                    score: score,
                    warm: .init(enter: 30, leave: 20),
                    hot: .init(enter: 80, leave: 60),
                    cooldown: self.cooldown,
                    lastConfirmed: self.confirmedHours.map { start.adding(.hours($0)) } ?? .distantPast,
                    isExcluded: self.isExcluded,
                    now: start.adding(.hours(self.hours))
                )
            )
        }
    }

    @Test func stagesAreEnteredOnEvidenceAndLeftBelowTheirLowerLevel() {
        let script = Script()
        #expect(script.step(.time, 90).isEmpty)
        #expect(script.ripeness.stage == .cold, "time alone enters nothing")
        #expect(script.step(.evidence, 30) == [.nurture])
        #expect(script.step(.time, 20).isEmpty)
        #expect(script.ripeness.stage == .warm)
        #expect(script.step(.time, 19.9).isEmpty)
        #expect(script.ripeness.stage == .cold)
        #expect(script.step(.evidence, 80) == [.handOver])
        #expect(script.step(.time, 60).isEmpty)
        #expect(script.ripeness.stage == .hot)
        #expect(script.step(.time, 59.9) == [.cool, .nurture])
        #expect(script.ripeness.stage == .warm)
    }

    @Test func reEnteredDuringTheCooldownIsHandedOverWhenItEndsIfStillHot() {
        let script = Script()
        #expect(script.step(.evidence, 80) == [.handOver])
        #expect(script.step(.time, 10) == [.cool, .nurture])
        #expect(script.ripeness.stage == .cold)
        #expect(script.step(.evidence, 85).isEmpty)
        #expect(script.ripeness.stage == .hot)
        #expect(script.ripeness.awaitsCooldown)
        #expect(script.ripeness.cooldownEnd == script.ripeness.handedOverAt.adding(.hours(24)))
        #expect(script.step(.time, 84, after: 22) == [.handOver])
        #expect(!script.ripeness.awaitsCooldown)
    }

    @Test func aWithdrawnLeadClearsItsCooldown() {
        let script = Script()
        #expect(script.step(.evidence, 80) == [.handOver])
        #expect(script.step(.reversal, 40) == [.withdraw])
        #expect(script.step(.evidence, 81) == [.handOver])
    }

    @Test func withoutARecentHumanActAHotContactWaitsForOne() {
        let script = Script()
        script.confirmedHours = nil
        #expect(script.step(.evidence, 80).isEmpty)
        #expect(script.ripeness.awaitsConfirmation)
        #expect(!script.ripeness.awaitsCooldown)
        script.confirmedHours = 1
        script.hours = 30 * 24 + 1
        #expect(script.step(.time, 80, after: 1).isEmpty, "a human act of more than thirty days ago")
        script.confirmedHours = script.hours
        #expect(script.step(.evidence, 81, after: 0) == [.handOver])
        #expect(!script.ripeness.awaitsConfirmation)
    }

    @Test func theExcludedAreScoredAndNeverHandedOver() {
        let script = Script()
        script.isExcluded = true
        #expect(script.step(.evidence, 90).isEmpty)
        #expect(script.ripeness.stage == .hot)
        #expect(script.step(.time, 10).isEmpty)
        #expect(script.step(.evidence, 40).isEmpty, "no nurturing either")
        script.isExcluded = false
        #expect(script.step(.time, 90).isEmpty, "the end of an exclusion hands nobody over")
        #expect(script.step(.evidence, 90) == [.handOver])
    }

    @Test func theCooldownIsThatOfTheHandOver() {
        let script = Script()
        #expect(script.step(.evidence, 80) == [.handOver])
        #expect(script.step(.time, 10) == [.cool, .nurture])
        script.cooldown = .hours(1)
        #expect(script.step(.evidence, 85, after: 5).isEmpty)
        #expect(script.step(.time, 85, after: 20) == [.handOver])
    }

    @Test func aLeadWhoseActsWereNotTheContactsIsWithdrawnAndWaits() {
        let script = Script()
        #expect(script.step(.evidence, 80) == [.handOver])
        script.confirmedHours = nil
        #expect(script.step(.reversal, 70) == [.withdraw])
        #expect(script.ripeness.awaitsConfirmation)
        script.confirmedHours = script.hours
        #expect(script.step(.evidence, 75) == [.handOver], "a withdrawn lead has no cooldown")
    }

    @Test func whoWaitedInVainIsNurturedUnlessTheirPointsWereTakenBack() {
        let script = Script()
        script.confirmedHours = nil
        #expect(script.step(.evidence, 80).isEmpty)
        #expect(script.step(.time, 10) == [.nurture])
        #expect(script.step(.evidence, 80).isEmpty)
        #expect(script.step(.reversal, 10).isEmpty)
    }

    @Test func anAnsweredLeadCoolsWithoutNurturing() {
        let script = Script()
        #expect(script.step(.evidence, 90) == [.handOver])
        script.ripeness.isAnswered = true
        #expect(script.step(.time, 10) == [.cool])
    }
}
