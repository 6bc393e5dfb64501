import Domain
import Testing

@testable import Collector

@Suite struct ConnectionMachineTests {
    private func at(_ seconds: Int64) -> TimeSpan { .seconds(seconds) }

    @Test func aHandOverWaitsForEveryOutstandingAnswer() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.received(at: self.at(0))
        machine.took(closes: false)
        machine.took(closes: false)
        #expect(machine.didNotUnderstand() == .none)
        #expect(!machine.mayRead)
        #expect(!machine.mayParse)
        #expect(machine.answered(1, at: self.at(1)) == .none)
        #expect(machine.answered(1, at: self.at(1)) == .handOver)
        #expect(machine.state == .handedOver)
        #expect(machine.mayRead)
        #expect(!machine.mayParse)
    }

    @Test func whatALingeringPeerSendsProlongsNothing() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.received(at: self.at(0))
        machine.took(closes: true)
        #expect(machine.answered(1, at: self.at(1)) == .closeOutput)
        #expect(machine.state == .lingering)
        machine.outputClosed(at: self.at(1))
        for second in 1...3 {
            machine.received(at: self.at(Int64(second)))
            #expect(machine.tick(at: self.at(Int64(second))) == .none)
        }
        machine.received(at: self.at(4))
        #expect(machine.tick(at: self.at(4)) == .close)
    }

    @Test func aConnectionWithoutAnswersDueIsHandedOverAtOnceAndNeverComesBack() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        #expect(machine.didNotUnderstand() == .handOver)
        #expect(machine.didNotUnderstand() == .none)
        machine.took(closes: false)
        #expect(machine.answered(1, at: self.at(1)) == .none)
        #expect(machine.state == .handedOver)
    }

    @Test func afterTheLastRequestNothingIsReadAndThePeerMayCloseFirst() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.took(closes: true)
        #expect(!machine.mayParse)
        #expect(!machine.mayRead)
        #expect(machine.answered(1, at: self.at(0)) == .closeOutput)
        #expect(machine.mayRead)
        #expect(machine.tick(at: self.at(1)) == .none)
        // The channel's other half is closed, or will be behind the last answer; then it is closed.
        #expect(machine.inputClosed(holdsInput: false) == .none)
    }

    @Test func aPeerThatNeverClosesIsNotWaitedForLong() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.took(closes: true)
        #expect(machine.answered(1, at: self.at(0)) == .closeOutput)
        machine.outputClosed(at: self.at(0))
        #expect(machine.tick(at: self.at(3)) == .close)
        #expect(machine.tick(at: self.at(4)) == .none)
    }

    @Test func aPeerThatStillTakesItsAnswersIsWaitedForLonger() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.took(closes: true)
        #expect(machine.answered(1, at: self.at(0)) == .closeOutput)
        #expect(machine.tick(at: self.at(60)) == .none)
        // It has taken them, and is to close.
        machine.outputClosed(at: self.at(60))
        #expect(machine.tick(at: self.at(62)) == .none)
        #expect(machine.tick(at: self.at(63)) == .close)
    }

    @Test func aPeerThatTakesNothingIsNotWaitedForForEver() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.took(closes: true)
        #expect(machine.answered(1, at: self.at(0)) == .closeOutput)
        #expect(machine.tick(at: self.at(76)) == .close)
        var stopping = ConnectionMachine(openedAt: self.at(0))
        #expect(stopping.stop() == .closeOutput)
        #expect(stopping.tick(at: self.at(3)) == .close)
    }

    @Test func aHalfClosedConnectionStillGetsItsAnswers() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.took(closes: false)
        #expect(machine.inputClosed(holdsInput: false) == .none)
        #expect(machine.answered(1, at: self.at(1)) == .closeOutput)
    }

    @Test func aHalfClosedConnectionFirstTakesWhatWaitedForRoom() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        for _ in 0..<Limits.pipelinedRequests { machine.took(closes: false) }
        #expect(machine.inputClosed(holdsInput: true) == .none)
        #expect(machine.answered(Limits.pipelinedRequests, at: self.at(1)) == .none)
        #expect(machine.mayParse)
        machine.took(closes: false)
        #expect(machine.paused(holdsPart: true, at: self.at(1)) == .none)
        #expect(!machine.mayParse)
        #expect(machine.answered(1, at: self.at(1)) == .closeOutput)
    }

    @Test func aHalfClosedConnectionIsHandedOverAllTheSame() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.took(closes: false)
        #expect(machine.didNotUnderstand() == .none)
        #expect(machine.inputClosed(holdsInput: true) == .none)
        #expect(machine.answered(1, at: self.at(1)) == .handOver)
        machine.took(closes: false)
        #expect(machine.inputClosed(holdsInput: false) == .none)
        #expect(machine.answered(1, at: self.at(1)) == .closeOutput)
    }

    @Test func pipelinedRequestsWaitForRoom() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        for _ in 0..<Limits.pipelinedRequests { machine.took(closes: false) }
        #expect(!machine.mayParse)
        #expect(!machine.mayRead)
        #expect(machine.answered(1, at: self.at(0)) == .none)
        #expect(machine.mayParse)
    }

    @Test func aSocketThatTakesNoMoreIsNotRead() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.isWritable = false
        #expect(!machine.mayRead)
        #expect(machine.tick(at: self.at(60)) == .none)
        #expect(machine.tick(at: self.at(76)) == .close)
    }

    @Test func silenceClosesButNotWhileTheLogIsSlow() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.received(at: self.at(1))
        machine.took(closes: false)
        #expect(machine.tick(at: self.at(1_000)) == .none)
        #expect(machine.answered(1, at: self.at(1_000)) == .none)
        #expect(machine.tick(at: self.at(1_075)) == .none)
        #expect(machine.tick(at: self.at(1_076)) == .close)
    }

    @Test func aRequestThatTricklesInIsCutOff() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        for second in 1...21 {
            machine.received(at: self.at(Int64(second)))
            #expect(machine.paused(holdsPart: true, at: self.at(Int64(second))) == .none)
            #expect(machine.tick(at: self.at(Int64(second))) == .none)
        }
        machine.received(at: self.at(22))
        #expect(machine.tick(at: self.at(22)) == .close)
    }

    @Test func aStopAnswersWhatWasAsked() {
        var machine = ConnectionMachine(openedAt: self.at(0))
        machine.took(closes: false)
        #expect(machine.stop() == .none)
        #expect(!machine.mayParse)
        #expect(machine.answered(1, at: self.at(0)) == .closeOutput)
        var idle = ConnectionMachine(openedAt: self.at(0))
        #expect(idle.stop() == .closeOutput)
    }
}
