/// Every limit of the service, with its unit and its reason (promise 7: nothing grows without bound).
///
/// A limit that a person meets is repeated in `docs/limits.md`.
package enum Limits {
    // MARK: The store

    /// Slots of the store. More than any number of workers, few enough that a checkpoint of one is a small file.
    package static let slotCount: UInt16 = 4_096
    /// Anonymous visitors a slot keeps: 4 M in all.
    package static let visitorsPerSlot = 1_024
    /// Of these, visitors whose cookie never came back: a fixed fifth, first in, first out.
    package static let onceSeenVisitorsPerSlot = 205
    /// Visitors of a slot that are tied to a contact, beside the anonymous ones: two for each contact there may be.
    package static let tiedVisitorsPerSlot = 1_024
    /// Of these, visitors tied by nothing but a form's claim.
    package static let claimedVisitorsPerSlot = 256
    /// Contacts a slot keeps: 2 M in all.
    package static let contactsPerSlot = 512
    /// Of these, contacts of whom nothing is known but a form's claim.
    package static let claimedContactsPerSlot = 128
    /// Pages a visitor or contact remembers.
    package static let rememberedPages = 8
    /// Page loads whose event ids are remembered per profile: the resend window.
    package static let rememberedPageLoads = 6
    /// Topics summed per profile beside "no topic".
    package static let topicsPerProfile = 4
    /// Provisional entries in one profile; one more is a burst.
    package static let provisionalEntries = 16
    /// Manual entries of one contact that end.
    package static let expiringEntries = 16
    /// The most points one manual entry gives or takes.
    package static let manualPoints = 10_000.0
    /// Second keys of contacts a slot keeps.
    package static let aliasesPerSlot = 1_024
    /// Visitors linked to one contact.
    package static let linksPerContact = 8
    /// Tokens remembered per link: by them a second browser with the same one is told apart.
    package static let marksPerLink = 4
    /// Open windows of limited rules a contact remembers; a rule beyond them grants nothing until one is over.
    package static let limitWindowsPerContact = 64
    /// The same of a visitor nobody knows.
    package static let limitWindowsPerVisitor = 6
    /// Fields of a contact and its account that the model can read.
    package static let fieldsPerContact = 32
    /// Networks a slot watches for clicks on many people's mail, and clicks it remembers of each.
    package static let networksPerSlot = 32
    package static let sightingsPerNetwork = 16
    /// Page keys a slot remembers as already named to the catalog.
    package static let namedPagesPerSlot = 64
    /// Audience counters a slot holds before it hands them to the catalog.
    package static let audienceCountersPerSlot = 64

    // MARK: The model

    /// Score groups over a service's whole life (a group never loses its number).
    package static let groups = 16
    /// Topics over a service's whole life.
    package static let topics = 255
    /// Page patterns in a model.
    package static let pagePatterns = 2_000
    /// Rules in a model.
    package static let rules = 1_000
    /// Bytes of one path pattern.
    package static let patternBytes = 256
    /// Stars in one path pattern, the tail's two included: what one comparison can cost stays small.
    package static let patternStars = 6
    /// Factors of an axis of the fit, and grade rules.
    package static let fitFactors = 64
    /// Bands or values of one factor of the fit.
    package static let factorSteps = 1_000
    /// Contact fields one rule asks for.
    package static let fieldMatches = 16
    /// Bytes of a model's YAML.
    package static let modelBytes = 262_144

    // MARK: The wire

    /// Bytes of a request's line and headers.
    package static let requestHeadBytes = 16_384
    /// Bytes of all fields that the standard pipeline reads of a request: twice as much, for what proxies add.
    package static let requestFieldBytes = 32_768
    /// Bytes of a `POST /e` body that the collector's own codec takes, and of any body at all.
    package static let eventBodyBytes = 65_536
    /// Events in one `POST /e`.
    package static let eventsPerRequest = 100
    /// Depth of nesting in a JSON body.
    package static let jsonDepth = 16
    /// Bytes of a url, a referrer or a target, after normalisation.
    package static let urlBytes = 2_048
    /// Bytes of a title.
    package static let titleBytes = 256
    /// Bytes of a name (custom event, form, file) or a campaign parameter.
    package static let nameBytes = 128
    /// Bytes of a token: the longest text that is looked at as one.
    package static let tokenBytes = 128
    /// Mapped fields of one submitted form.
    package static let formFields = 16
    /// Bytes of one form field's value.
    package static let formFieldBytes = 256
    /// How far back a client's clock may date an event.
    package static let lateness = TimeSpan.hours(48)
    /// Pipelined requests answered in one read cycle before the rest waits.
    package static let pipelinedRequests = 64
    /// Bytes the standard pipeline gets at a time; it answers all requests in them before it can be held back.
    package static let standardBytes = 1_024
    /// Connections of the public port; the next one is closed at once.
    package static let publicConnections = 16_384
    /// How long a connection may stay silent.
    package static let idleConnection = TimeSpan.seconds(75)
    /// How long a request's head and body may take to arrive.
    package static let slowRequest = TimeSpan.seconds(20)
    /// How long a closed writing half waits for the peer's end, so that what is still under way is not reset.
    package static let lingering = TimeSpan.seconds(2)
    /// How long a stop waits for answers that are due.
    package static let stopWait = TimeSpan.seconds(10)
    /// File descriptors beside those of the ports' connections: segments, catalog, deliveries, and some to spare.
    package static let ownDescriptors = 1_024
    /// Connections the system holds until they are accepted.
    package static let listenBacklog: Int32 = 4_096
    /// Connections taken in one turn of a loop, so that those that are open already are not kept waiting.
    package static let connectionsAtOnce = 64
    /// How long a port that has no descriptors left waits before it looks for some again.
    package static let acceptPause = TimeSpan.milliseconds(100)
    /// Bytes read from a connection at once.
    package static let receivedBytes = 65_536
    /// User agents a loop remembers as programs' or not: a site's visitors share a few hundred.
    package static let rememberedAgents = 1_024
    /// Bytes of a user agent that are searched for a program's name.
    package static let agentBytes = 512
    /// Forms with a claim that a network, and a visitor, may send within an hour, on each event loop.
    package static let claimsPerNetwork = 60
    package static let claimsPerVisitor = 10
    /// Networks, and visitors, a loop counts claims of; while a table is full, claims of others are refused.
    package static let claimants = 4_096
    /// Withdrawals and answers to leads that one contact's tokens may cause within an hour, on each event loop.
    package static let commandsPerContact = 10
    /// Contacts a loop counts these of; while the table is full, those of others are passed over.
    package static let commanders = 4_096
    /// Clients whose rate a loop remembers: 2 MiB at most.
    package static let ratedClients = 65_536
    /// How long a redirect waits for its commit.
    package static let redirectWait = TimeSpan.milliseconds(250)

    /// Days after its issue for which a token ties a visitor to its contact; it redirects for ever.
    package static let tokenLinkingDays: UInt16 = 90
    /// Days after a click for which its hand-over ties a visitor: at least as long as the snippet keeps an event that
    /// it cannot deliver, and short, because the landing page's address can be passed on with it.
    package static let clickLinkingDays: UInt16 = 2

    // MARK: The log

    /// Bytes of a segment file.
    package static let segmentBytes = 64 * 1_024 * 1_024
    /// Bytes of one block's payload: what one sync can carry.
    package static let blockBytes = 4 * 1_024 * 1_024
    /// Bytes of blocks that a sealed segment compresses together: enough to find what repeats, little to expand for
    /// one record.
    package static let chunkBytes = 262_144
    /// How old the first block of a segment becomes before the next segment begins, full or not: what is erased, or
    /// past its retention, must not stay because little is recorded.
    package static let segmentAge = TimeSpan.days(1)
    /// How long one walk over the sealed log for what was erased keeps the next waiting.
    package static let erasurePause = TimeSpan.days(1)
    /// Contacts and visitors that one such walk looks for.
    package static let erasuresPerPass = 65_536
    /// Bytes that whoever writes a large file (the next segment's zeros, a checkpoint) syncs at once: what a commit may
    /// have to wait for.
    package static let syncBytes = 1_024 * 1_024
    /// How long the log rests after each chunk it sealed and each step of a spare it filled, so that housekeeping never
    /// has the disk or a core for long.
    package static let housekeepingRest = TimeSpan.milliseconds(10)
    /// How long the committer waits for a block to become as large as the last one.
    package static let commitGathering = TimeSpan.milliseconds(2)
    /// Bytes of one framed record.
    package static let recordBytes = 262_144
    /// Bytes a producer may have pending before the log refuses.
    package static let pendingBytes = 4 * 1_024 * 1_024
    /// Free space below which events are refused.
    package static let freeSpaceFloorBytes = 256 * 1_024 * 1_024
    /// Bytes of recent blocks kept in memory for those who read at the end of the log.
    package static let recentLogBytes = 32 * 1_024 * 1_024
    /// Blocks handed out by one read from memory.
    package static let blocksPerRead = 512
    /// Records between the oldest slot's checkpoint and the head: a save begins at half of it. While the catalog takes
    /// nothing, none can be made, and the distance is what was logged since.
    package static let checkpointDistance: UInt64 = 4_000_000

    /// Backups that may run at once: each keeps the log from being trimmed.
    package static let trimHolds = 16

    /// The niceness of threads that fold and fill the catalog: of a core that the event loops want all of, they get a
    /// quarter; what they do not get done meanwhile, they do when there is less to answer.
    package static let foldNiceness = 5
    /// The niceness of what makes files ready and seals them: it has all the time in the world.
    package static let housekeepingNiceness = 10

    // MARK: Effects and deliveries

    /// Effects a worker may have waiting for the catalog.
    package static let pendingEffects = 16_384
    /// How long a stop lets fold and catalog catch up with the log.
    package static let stopPatience = TimeSpan.seconds(30)
    /// How long effects gather for one transaction while nobody waits for them: what they cost falls with their
    /// number, and people do not read a score younger than this.
    package static let effectGathering = TimeSpan.milliseconds(200)
    /// Effects committed in one transaction.
    package static let effectsPerTransaction = 4_096
    /// Pages whose names the catalog's writer remembers, so as not to write them again.
    package static let rememberedPageNames = 65_536
    /// Bytes of a delivery's body.
    package static let deliveryBodyBytes = 131_072
    /// Bytes read of a destination's answer.
    package static let deliveryAnswerBytes = 4_096
    /// Deliveries in flight to one destination.
    package static let deliveriesInFlight = 8
    /// Timeline rows a lead carries.
    package static let leadTimelineRows = 20

    // MARK: The private port

    /// Bytes of a request body.
    package static let apiBodyBytes = 1_048_576
    /// Items of a page.
    package static let apiPageItems = 500
    /// Entries an explanation lists; older ones are summed up in one line.
    package static let explainedEntries = 1_000
    /// Contacts of one batch.
    package static let apiBatchItems = 1_000
    /// Connections of the private port; the next one waits.
    package static let apiConnections = 1_024
    /// Readers of the live events.
    package static let liveReaders = 16
    /// Live events that wait for a slow reader; older ones are dropped.
    package static let liveBacklog = 256
    /// Lines of one imported file.
    package static let importLines = 1_000_000
    /// Bytes of one imported file, which is held in memory with its decoded text.
    package static let importFileBytes = 256 * 1_024 * 1_024
    /// Columns of an imported file: more than any CRM exports, few enough to print.
    package static let importColumns = 1_024
    /// Bytes of one imported row: how far a quote that is never closed can reach.
    package static let importRowBytes = 65_536
}
