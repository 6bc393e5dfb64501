import NIOCore

/// When each request is meant to be sent: evenly, from a beginning on.
struct Schedule: Sendable {
    /// Requests a second.
    let rate: Double
    /// Requests at the beginning that are not measured.
    let warmUpCount: Int
    /// All requests.
    let count: Int

    init(rate: Double, warmUp: Double, seconds: Double) {
        self.rate = rate
        self.warmUpCount = Int(rate * warmUp)
        self.count = self.warmUpCount + max(Int(rate * seconds), 1)
    }

    /// The time of a request's sending after the first one's.
    func offset(of number: Int) -> TimeAmount { .nanoseconds(Int64(Double(number) / self.rate * 1e9)) }
}
