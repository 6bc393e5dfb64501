import Domain
import TestSupport

/// The destinations: what they were sent, whether or not the answer arrived.
final class SimulatedNetwork {
    /// The bodies that came, by destination and key.
    private(set) var received: [String: [String: [UInt8]]] = [:]
    /// The highest offset anybody was told of.
    private(set) var highest: UInt64?
    /// Whether every destination takes everything.
    var isWell = false
    private(set) var violations: [String] = []

    /// An item arrives, or gets lost; and the answer, or what is seen instead of it.
    func send(_ item: OutboxItem, logEnd: UInt64, random: inout SeededRandom) -> DeliveryAnswer {
        let offset = item.key.split(separator: "-").dropFirst().first.flatMap { UInt64($0) }
        guard let offset else {
            self.violations.append("the key \(item.key) names no offset")
            return .failure(.timeout)
        }
        if offset >= logEnd { self.violations.append("\(item.key) was sent before it was durable") }
        let draw = self.isWell ? 0 : Int.random(in: 0..<20, using: &random)
        // Of those that time out, some arrived.
        if draw < 18 {
            self.highest = max(self.highest ?? 0, offset)
            let before = self.received[item.destination, default: [:]].updateValue(item.body, forKey: item.key)
            if let before, before != item.body { self.violations.append("\(item.key) came with two bodies") }
        }
        switch draw {
        case 0..<13: return .response(status: 200, retryAfter: nil, excerpt: "")
        case 13: return .response(status: 422, retryAfter: nil, excerpt: "no")
        case 14: return .response(status: 429, retryAfter: .minutes(1), excerpt: "")
        case 15: return .response(status: 500, retryAfter: nil, excerpt: "")
        default: return .failure(.timeout)
        }
    }
}
