import Synchronization

/// The last notifications that were verified, newest first, and whose ids were seen.
package final class LeadBoard: Sendable {
    /// Notifications it keeps; and ids, by which a repetition is known, a multiple of that.
    package static let capacity = 20
    private static let ids = 1_024

    private struct State: Sendable {
        var newest: [ReceivedNotification] = []
        var seen: [String] = []
        var requests: [ReceivedRequest] = []
    }

    private let state = Mutex(State())

    /// An empty board.
    package init() {}

    /// What it holds.
    package var newest: [ReceivedNotification] { self.state.withLock { $0.newest } }

    /// The last requests that brought them, newest first.
    package var requests: [ReceivedRequest] { self.state.withLock { $0.requests } }

    /// Keeps a request.
    package func keep(_ request: ReceivedRequest) {
        self.state.withLock { state in
            if state.requests.count == Self.capacity { state.requests.removeLast() }
            state.requests.insert(request, at: 0)
        }
    }

    /// Takes a notification; false if one with this id came before. Deliveries may come twice, so a receiver has to
    /// know what it already did.
    package func add(_ notification: ReceivedNotification, id: String) -> Bool {
        self.state.withLock { state in
            guard !state.seen.contains(id) else { return false }
            if state.seen.count == Self.ids { state.seen.removeFirst() }
            state.seen.append(id)
            if state.newest.count == Self.capacity { state.newest.removeLast() }
            state.newest.insert(notification, at: 0)
            return true
        }
    }
}
