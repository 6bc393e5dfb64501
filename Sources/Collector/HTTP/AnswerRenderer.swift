import Domain
import NIOCore

/// Writes answers as bytes. One per event loop, for the sake of the lines it keeps.
struct AnswerRenderer {
    private var dateSecond: Int64 = .min
    /// The date's line and the empty one that ends the head.
    private var lastLines: [UInt8] = []

    /// Appends an answer to a buffer, dated `now`.
    mutating func append(_ answer: Answer, closes: Bool, now: Timestamp, to buffer: inout ByteBuffer) {
        self.updateDate(now.seconds)
        buffer.writeBytes(answer.head)
        if !answer.extra.isEmpty { buffer.writeBytes(answer.extra) }
        if closes { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeBytes(self.lastLines)
        buffer.writeBytes(answer.body)
    }

    private mutating func updateDate(_ second: Int64) {
        guard second != self.dateSecond else { return }
        self.dateSecond = second
        self.lastLines = Array("Date: \(Self.date(second))\r\n\r\n".utf8)
    }

    /// A date as RFC 9110, section 5.6.7 writes it. The calendar is Howard Hinnant's `civil_from_days`.
    static func date(_ second: Int64) -> String {
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let second = max(second, 0)
        let days = second / 86_400
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = (shiftedMonth + 2) % 12
        let year = yearOfEra + era * 400 + (month < 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = second % 86_400
        return "\(names[Int(days % 7)]), \(two(day)) \(months[Int(month)]) \(year) "
            + "\(two(time / 3_600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
    }
}
