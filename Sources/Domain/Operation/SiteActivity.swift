/// In which minutes something came from a site, by hour: enough to tell silence from a quiet night, and bounded
/// whatever the traffic is.
package struct SiteActivity: Equatable, Sendable {
    /// The minutes of hours since 1970, one bit each.
    package private(set) var hours: [Int64: UInt64]

    /// Hours that are looked at together.
    package static let window: Int64 = 6
    /// Weeks that an hour is compared with.
    package static let weeks: Int64 = 8
    /// Hours kept: what the oldest comparison needs.
    package static let keptHours = (SiteActivity.weeks * 7 * 24) + SiteActivity.window
    /// Active minutes in the window below which a site is too quiet to be judged.
    private static let least = 12
    /// Weeks that must be known: fewer say nothing of a weekday.
    private static let leastWeeks = 3

    /// Activity in these hours.
    package init(_ hours: [Int64: UInt64] = [:]) { self.hours = hours }

    /// Something came in the minute of `time`. What is too old to be compared with is forgotten.
    package mutating func note(_ time: Timestamp) {
        let (hour, minute) = Self.place(of: time)
        self.hours[hour, default: 0] |= 1 << UInt64(minute)
        for old in self.hours.keys where old < hour - Self.keptHours { self.hours[old] = nil }
    }

    /// The hour since 1970 and the minute in it.
    package static func place(of time: Timestamp) -> (hour: Int64, minute: Int64) {
        let minutes = time.seconds / 60
        return (minutes / 60, minutes % 60)
    }

    /// Active minutes in the hours up to and including `hour`.
    package func activeMinutes(through hour: Int64) -> Int {
        (0..<Self.window).reduce(0) { $0 + (self.hours[hour - $1] ?? 0).nonzeroBitCount }
    }

    /// What these hours had in the same weekday's hours before: the median over the weeks in which the service ran
    /// all the while (`service` has a minute for each that it ran). Nil when too few are known.
    package func usualMinutes(at hour: Int64, service: SiteActivity) -> Int? {
        var weeks: [Int] = []
        for week in 1...Self.weeks {
            let then = hour - week * 7 * 24
            if service.wasThere(through: then) { weeks.append(self.activeMinutes(through: then)) }
        }
        guard weeks.count >= Self.leastWeeks else { return nil }
        weeks.sort()
        return weeks[(weeks.count - 1) / 2]
    }

    /// Whether the site says nothing where it always said something.
    package func isSilent(at now: Timestamp, service: SiteActivity) -> Bool {
        // The hours that are over: the present one may just have begun.
        let hour = Self.place(of: now).hour - 1
        guard service.wasThere(through: hour), let usual = self.usualMinutes(at: hour, service: service) else {
            return false
        }
        guard usual >= Self.least else { return false }
        return self.activeMinutes(through: hour) == 0 && (self.hours[hour + 1] ?? 0) == 0
    }

    /// Whether the service, whose activity this is, ran in nearly all of the window.
    private func wasThere(through hour: Int64) -> Bool {
        self.activeMinutes(through: hour) >= Int(Self.window) * 60 * 9 / 10
    }
}
