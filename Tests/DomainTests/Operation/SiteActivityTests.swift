import Domain
import Testing

@Suite struct SiteActivityTests {
    /// Full hours since 1970.
    private let now: Int64 = 500_000

    /// An hour with so many active minutes.
    private func bits(_ minutes: Int) -> UInt64 { minutes == 0 ? 0 : UInt64.max >> UInt64(64 - minutes) }

    private func activity(_ minutes: (Int64) -> Int) -> SiteActivity {
        var hours: [Int64: UInt64] = [:]
        for back in 0...SiteActivity.keptHours { hours[self.now - back] = self.bits(minutes(back)) }
        return SiteActivity(hours)
    }

    private var service: SiteActivity { self.activity { _ in 60 } }
    private var time: Timestamp { Timestamp(seconds: self.now * 3_600 + 60) }

    @Test func aSiteThatFallsSilentIsNoticedAfterTheWindow() {
        let whole = SiteActivity.window + 1
        #expect(!self.activity { _ in 30 }.isSilent(at: self.time, service: self.service))
        #expect(self.activity { $0 < whole ? 0 : 30 }.isSilent(at: self.time, service: self.service))
        // Something came an hour before the window ends, or just now.
        #expect(!self.activity { $0 < whole - 1 ? 0 : 30 }.isSilent(at: self.time, service: self.service))
        #expect(!self.activity { $0 == 0 ? 1 : $0 < whole ? 0 : 30 }.isSilent(at: self.time, service: self.service))
    }

    @Test func aWeekdayIsComparedWithItself() {
        // Nothing ever comes in these hours of this weekday: no news.
        let quiet = self.activity { $0 % 168 <= SiteActivity.window ? 0 : 60 }
        #expect(quiet.usualMinutes(at: self.now - 1, service: self.service) == 0)
        #expect(!quiet.isSilent(at: self.time, service: self.service))
        // Nothing came now and on most of the weeks before either.
        let rare = self.activity { $0 <= SiteActivity.window || $0 / 168 > 3 ? 0 : 60 }
        #expect(!rare.isSilent(at: self.time, service: self.service))
    }

    @Test func littleIsJudgedByNobody() {
        #expect(!self.activity { $0 <= SiteActivity.window ? 0 : 1 }.isSilent(at: self.time, service: self.service))
    }

    @Test func timeInWhichTheServiceDidNotRunIsNotSilence() {
        let silent = self.activity { $0 <= SiteActivity.window ? 0 : 30 }
        #expect(!silent.isSilent(at: self.time, service: self.activity { $0 <= 3 ? 0 : 60 }))
        #expect(!silent.isSilent(at: self.time, service: self.activity { $0 < 2 * 168 ? 60 : 0 }))
        #expect(silent.isSilent(at: self.time, service: self.activity { $0 < 4 * 168 ? 60 : 0 }))
    }

    @Test func whatIsTooOldIsForgotten() {
        var activity = SiteActivity()
        for hour in 0..<(3 * SiteActivity.keptHours) {
            activity.note(Timestamp(seconds: hour * 3_600))
            activity.note(Timestamp(seconds: hour * 3_600 + 59 * 60))
        }
        #expect(activity.hours.count == Int(SiteActivity.keptHours) + 1)
        #expect(activity.hours.values.allSatisfy { $0 == 1 | 1 << 59 })
    }
}
