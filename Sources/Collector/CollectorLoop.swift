import Domain
import NIOCore
import ScoreStore

/// The collector on one event loop: its lanes into the log, its buffers, its connections and its timers.
///
/// `@unchecked Sendable`: touched on its event loop alone, apart from ``counters``, which has its own lock. The server
/// passes it to that loop and nowhere else.
final class CollectorLoop: @unchecked Sendable {
    /// How often connections are looked at for silence.
    static let tickInterval = TimeAmount.seconds(1)

    let collector: Collector
    let eventLoop: any EventLoop
    let counters = LoopCounters()
    /// Events.
    let events: LogLane
    /// Erasures and answers of people, which are taken even when there is no room for events.
    let control: LogLane

    /// What a cycle's requests share; renewed with the cycle.
    private(set) var now: Timestamp
    /// The event loop's own clock, which time-outs and rates follow; renewed with the cycle, too.
    private(set) var monotonicNow: TimeSpan
    private(set) var rules: DirectoryRules
    private var isInCycle = false

    /// Buffers of the request at hand.
    var decoder: WireDecoder
    var frames = ByteWriter()
    var bots = BotCache()
    /// Claims of the present hour.
    var claims = ClaimTable()
    /// What was asked for on pages of ours within the present hour, by the contact of the token.
    var commandCounts = HourlyCounts<ContactID>(capacity: Limits.commanders)
    private var rates: ClientRates

    private var renderer = AnswerRenderer()
    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private var brief = CircularBuffer<BriefWait>()
    private var briefTimer: Scheduled<Void>?
    private var ticker: RepeatedTask?
    private var isStopping = false
    private var whenEmpty: EventLoopPromise<Void>?

    private struct BriefWait {
        var deadline: NIODeadline
        var connection: ConnectionHandler
        var serial: UInt64
    }

    init(collector: Collector, eventLoop: any EventLoop) {
        self.collector = collector
        self.eventLoop = eventLoop
        self.events = LogLane(role: .events, stream: collector.stream, eventLoop: eventLoop, counters: self.counters)
        self.control = LogLane(role: .control, stream: collector.stream, eventLoop: eventLoop, counters: self.counters)
        self.now = collector.clock.wallTime()
        self.monotonicNow = Self.time(of: eventLoop)
        self.rules = DirectoryRules(collector.directory.current)
        self.decoder = WireDecoder(nonceKey: collector.slotKey)
        self.rates = ClientRates(
            ClientRates.Rate(perSecond: collector.settings.eventsPerSecond, burst: collector.settings.eventBurst)
        )
    }

    // MARK: Cycles

    /// Reads the clock and the directory, unless this cycle already did.
    ///
    /// A cycle is one turn of the event loop: it handles every connection that is ready, then its tasks. So one look
    /// at the clock and one wake-up of the committer serve all of them, and a block holds what all of them sent.
    func beginCycle() {
        guard !self.isInCycle else { return }
        self.isInCycle = true
        self.eventLoop.execute { self.endCycle() }
        self.now = self.collector.clock.wallTime()
        self.monotonicNow = Self.time(of: self.eventLoop)
        let snapshot = self.collector.directory.current
        if snapshot !== self.rules.snapshot { self.rules = DirectoryRules(snapshot) }
    }

    /// Wakes the committer for what the cycle appended.
    private func endCycle() {
        self.isInCycle = false
        self.events.flush()
        self.control.flush()
    }

    private static func time(of eventLoop: any EventLoop) -> TimeSpan {
        TimeSpan(microseconds: Int64(truncatingIfNeeded: eventLoop.now.uptimeNanoseconds / 1_000))
    }

    /// Days since 1970 of this cycle.
    var today: UInt16 { UInt16(truncatingIfNeeded: self.now.seconds / 86_400) }

    /// Takes room for some events of a request's sender; nil if there is, else how long until there will be.
    func waitForRoom(_ events: Int, _ facts: RequestFacts) -> TimeSpan? {
        self.rates.take(events, of: facts.client, at: self.monotonicNow)
    }

    // MARK: Answers

    /// Writes an answer's bytes.
    func render(_ answer: Answer, closes: Bool, into buffer: inout ByteBuffer) {
        self.renderer.append(answer, closes: closes, now: self.now, to: &buffer)
    }

    /// Appends frames through the lane of a role; returns their ticket.
    func append(
        _ frames: ByteWriter,
        records: Int,
        of accepted: AcceptedEvents,
        on role: LogWriterRole
    ) throws(AppendRefusal) -> UInt64 {
        try role == .control
            ? self.control.append(frames.bytes, records: records, of: accepted)
            : self.events.append(frames.bytes, records: records, of: accepted)
    }

    /// Tells a connection when a lane's ticket is durable.
    func await(_ ticket: UInt64, on lane: LogWriterRole, for connection: ConnectionHandler) {
        (lane == .control ? self.control : self.events).await(ticket: ticket, for: connection)
    }

    /// Lets an answer go after `Limits.redirectWait`, committed or not. One timer serves them all, because all wait
    /// equally long.
    func awaitBriefly(serial: UInt64, for connection: ConnectionHandler) {
        let deadline = self.eventLoop.now + .microseconds(Limits.redirectWait.microseconds)
        self.brief.append(BriefWait(deadline: deadline, connection: connection, serial: serial))
        if self.briefTimer == nil { self.scheduleBriefTimer(at: deadline) }
    }

    private func scheduleBriefTimer(at deadline: NIODeadline) {
        self.briefTimer = self.eventLoop.scheduleTask(deadline: deadline) { self.releaseBriefWaits() }
    }

    private func releaseBriefWaits() {
        self.briefTimer = nil
        let now = self.eventLoop.now
        // Nearly all were answered long before, and each that is passed over here saves a timer.
        while let first = self.brief.first, first.deadline <= now || !first.connection.awaits(serial: first.serial) {
            self.brief.removeFirst()
            first.connection.waitedEnough(serial: first.serial)
        }
        // Whoever was let go may have asked again, and have made a timer.
        if self.briefTimer == nil, let first = self.brief.first { self.scheduleBriefTimer(at: first.deadline) }
    }

    // MARK: Connections

    /// A connection opened.
    func opened(_ connection: ConnectionHandler) {
        self.connections[ObjectIdentifier(connection)] = connection
        if self.isStopping { connection.stop() }
        guard self.ticker == nil else { return }
        // It ends with the last connection, and so does its hold on us. A weak one would make every reference that is
        // counted anywhere a slow one.
        self.ticker = self.eventLoop.scheduleRepeatedTask(
            initialDelay: Self.tickInterval,
            delay: Self.tickInterval
        ) { _ in self.tick() }
    }

    /// A connection closed.
    func closed(_ connection: ConnectionHandler) {
        self.connections[ObjectIdentifier(connection)] = nil
        guard self.connections.isEmpty else { return }
        self.ticker?.cancel()
        self.ticker = nil
        self.whenEmpty?.succeed()
        self.whenEmpty = nil
    }

    /// How many connections are open.
    var connectionCount: Int { self.connections.count }

    private func tick() {
        self.monotonicNow = Self.time(of: self.eventLoop)
        for connection in Array(self.connections.values) { connection.tick() }
    }

    /// Answers what was asked and closes every connection; succeeds when none is left.
    func stop() -> EventLoopFuture<Void> {
        self.isStopping = true
        let promise = self.eventLoop.makePromise(of: Void.self)
        guard !self.connections.isEmpty else {
            promise.succeed()
            return promise.futureResult
        }
        self.whenEmpty?.succeed()
        self.whenEmpty = promise
        for connection in Array(self.connections.values) { connection.stop() }
        return promise.futureResult
    }
}
