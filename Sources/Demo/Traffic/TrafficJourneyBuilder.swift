import Domain

/// Draws the journeys of a day, one after the other, from one stream of randomness.
struct TrafficJourneyBuilder: Sendable {
    var random: TrafficRandom

    /// Weights of the hours from 8 to 18: mornings are busy, nobody works at noon.
    private static let hours = [6, 10, 13, 12, 5, 4, 11, 13, 12, 9, 5]

    init(random: TrafficRandom) { self.random = random }

    // MARK: Strangers

    /// The next visitor nobody knows. Every kind of them is in each two dozen, whatever the seed.
    mutating func stranger(number: Int) -> TrafficJourney {
        switch number % 25 {
        case 0..<9: self.accepting(withdraws: number % 25 == 8)
        case 9..<14: self.refusing()
        case 14..<18: self.undecided()
        case 18: self.signalling(.doNotTrack, .declined(.doNotTrack), "page, Do Not Track")
        case 19:
            self.signalling(.globalPrivacyControl, .declined(.globalPrivacyControl), "page, Global Privacy Control")
        case 20: self.optingOut()
        case 21: self.crawler(number: number)
        case 22: self.renderer()
        case 23: self.prefetching()
        default: self.broken(number: number)
        }
    }

    private mutating func accepting(withdraws: Bool) -> TrafficJourney {
        var steps = self.arrivalAndAcceptance(at: self.random.pick(["/", "/", "/tarifs", "/produits/maintenance"]))
        for _ in 0..<Int.random(in: 1...5, using: &self.random) { steps += self.readPage() }
        if self.random.percent(25) { steps.append(self.act(.download, "download", target: "/fiche-maintenance.pdf")) }
        if self.random.percent(20) { steps.append(self.act(.custom, "custom event", name: "simulateur ouvert")) }
        if self.random.percent(15) { steps.append(self.form()) }
        if withdraws {
            var event = TrafficEvent(.pageView, "/", load: self.random.next(), counter: 0, .denied)
            event.isUpgrade = true
            steps.append(TrafficStep("consent withdrawn", .events([event]), [.declined(.refused)]))
        }
        return self.journey(steps)
    }

    /// The first view is sent without a choice, then again with it.
    private mutating func arrivalAndAcceptance(at path: String, carriesClick: Bool = false) -> [TrafficStep] {
        var event = TrafficEvent(.pageView, path, load: self.random.next(), counter: 0)
        event.carriesClick = carriesClick
        var arrival = TrafficStep("page, before the choice", .events([event]), [.counted])
        if carriesClick {
            arrival.label = "landing page, before the choice"
            arrival.confirmations = 1
        }
        event.counter = 1
        event.consent = .granted
        event.isUpgrade = true
        return [arrival, TrafficStep("choice: accepted", .events([event]), [.scored])]
    }

    /// A view with its engagement, sometimes sent twice because the first answer was lost.
    private mutating func readPage() -> [TrafficStep] {
        let path = self.random.pick(DemoPage.all.map(\.path))
        let load = self.random.next()
        let view = TrafficEvent(.pageView, path, load: load, counter: 0, .granted)
        var engagement = TrafficEvent(.engagement, path, load: load, counter: 1, .granted)
        engagement.engagedMilliseconds = Int.random(in: 1_500...90_000, using: &self.random)
        engagement.scrollPercent = Int.random(in: 15...100, using: &self.random)
        var steps = [
            TrafficStep("page, accepted", .events([view]), [.scored]),
            TrafficStep("engagement, accepted", .events([engagement]), [.scored]),
        ]
        if self.random.percent(12) {
            let both = TrafficStep.Act.events([view, engagement])
            steps.append(TrafficStep("sent again", both, [.filtered(.duplicate), .filtered(.duplicate)]))
        }
        return steps
    }

    private mutating func act(
        _ kind: EventKind,
        _ label: String,
        name: String? = nil,
        target: String? = nil
    ) -> TrafficStep {
        var event = TrafficEvent(kind, "/produits/maintenance", load: self.random.next(), counter: 0, .granted)
        event.name = name
        event.target = target
        return TrafficStep(label, .events([event]), [.scored])
    }

    private mutating func form(_ consent: ConsentChoice = .granted) -> TrafficStep {
        var event = TrafficEvent(.formSubmit, "/contact", load: self.random.next(), counter: 0, consent)
        event.name = "contact"
        event.email = "visiteur\(Int.random(in: 1...9_999, using: &self.random))@entreprise.example"
        let label = consent == .granted ? "form, accepted" : "form, before the choice"
        return TrafficStep(label, .events([event]), [.scored])
    }

    private mutating func refusing() -> TrafficJourney {
        var event = TrafficEvent(.pageView, "/", load: self.random.next(), counter: 0)
        var steps = [TrafficStep("page, before the choice", .events([event]), [.counted])]
        event.counter = 1
        event.consent = .denied
        event.isUpgrade = true
        steps.append(TrafficStep("choice: refused", .events([event]), [.declined(.refused)]))
        for _ in 0..<Int.random(in: 0...3, using: &self.random) {
            let path = self.random.pick(DemoPage.all.map(\.path))
            let view = TrafficEvent(.pageView, path, load: self.random.next(), counter: 0, .denied)
            steps.append(TrafficStep("page, refused", .events([view]), [.declined(.refused)]))
        }
        return self.journey(steps)
    }

    private mutating func undecided() -> TrafficJourney {
        var steps: [TrafficStep] = []
        for _ in 0..<Int.random(in: 1...3, using: &self.random) {
            let path = self.random.pick(DemoPage.all.map(\.path))
            let load = self.random.next()
            let view = TrafficEvent(.pageView, path, load: load, counter: 0)
            var engagement = TrafficEvent(.engagement, path, load: load, counter: 1)
            engagement.engagedMilliseconds = 4_000
            engagement.scrollPercent = 40
            steps.append(TrafficStep("page, before the choice", .events([view]), [.counted]))
            steps.append(TrafficStep("engagement, before the choice", .events([engagement]), [.counted]))
        }
        if self.random.percent(20) { steps.append(self.form(.undecided)) }
        return self.journey(steps)
    }

    private mutating func signalling(
        _ header: TrafficHeader,
        _ outcome: TrafficOutcome,
        _ label: String
    ) -> TrafficJourney {
        let steps = (0..<2).map { _ in
            let event = TrafficEvent(.pageView, "/", load: self.random.next(), counter: 0, .denied)
            return TrafficStep(label, .events([event]), [outcome], headers: [header])
        }
        return self.journey(steps)
    }

    private mutating func optingOut() -> TrafficJourney {
        var steps = self.arrivalAndAcceptance(at: "/")
        steps.append(TrafficStep("opt-out", .optOut, [.ignored]))
        let event = TrafficEvent(.pageView, "/tarifs", load: self.random.next(), counter: 0, .granted)
        steps.append(TrafficStep("page, opted out", .events([event]), [.declined(.optOut)]))
        return self.journey(steps)
    }

    // MARK: Machines

    private mutating func crawler(number: Int) -> TrafficJourney {
        let steps = DemoPage.all.map { page in
            let event = TrafficEvent(.pageView, page.path, load: self.random.next(), counter: 0)
            return TrafficStep("pixel, crawler", .pixel(event), [.filtered(.bot)])
        }
        return self.journey(steps, agent: TrafficAgents.crawlers[number / 25 % TrafficAgents.crawlers.count])
    }

    /// A search engine that runs scripts.
    private mutating func renderer() -> TrafficJourney {
        let steps = (0..<3).map { _ in
            let event = TrafficEvent(.pageView, "/", load: self.random.next(), counter: 0)
            return TrafficStep("page, crawler with scripts", .events([event]), [.filtered(.bot)])
        }
        return self.journey(steps, agent: TrafficAgents.renderer)
    }

    private mutating func prefetching() -> TrafficJourney {
        let event = TrafficEvent(.pageView, "/tarifs", load: self.random.next(), counter: 0)
        let pixel = TrafficStep("pixel, prefetch", .pixel(event), [.filtered(.prefetch)], headers: [.prefetch])
        return self.journey([pixel])
    }

    private mutating func broken(number: Int) -> TrafficJourney {
        var steps = TrafficMistakes.bodies.map { body, rejection in
            TrafficStep("mistake of an integrator", .body(body), [.rejected(rejection)])
        }
        let foreign = TrafficEvent(.pageView, "/", load: self.random.next(), counter: 0)
        steps.append(TrafficStep("page of somebody else", .foreignOrigin(foreign), [.rejected(.foreignOrigin)]))
        steps.append(TrafficStep("click, forged token", .forgedClick(link: 0), [.ignored]))
        return self.journey(steps, agent: TrafficAgents.browsers[number % TrafficAgents.browsers.count])
    }

    // MARK: Contacts

    /// The contact of a number. Eight kinds take turns.
    mutating func contact(number: Int) -> TrafficContact {
        let given = self.random.pick(["Anne", "Karim", "Léa", "Hugo", "Inès", "Marc", "Zoé", "Yann"])
        let family = self.random.pick(["Bernard", "Le Goff", "Petit", "Moreau", "Garnier", "Roussel", "Faure"])
        return TrafficContact(
            email: "contact\(number)@client\(number).example",
            firstName: given,
            lastName: family,
            company: "Client \(number) SARL",
            employees: self.random.pick([8, 35, 60, 140, 420]),
            allowsClicks: number % 8 != 4,
            allowsOpens: number % 8 == 5
        )
    }

    /// What the contact of a number does.
    mutating func journey(of contact: Int) -> TrafficJourney {
        let link = Int.random(in: 0..<3, using: &self.random)
        let click = TrafficStep("mail click, by a person", .click(link: link), [.scored])
        var steps: [TrafficStep]
        switch contact % 8 {
        case 0:
            steps = [click] + self.arrivalAndAcceptance(at: TrafficPlan.linkPaths[link], carriesClick: true)
            for _ in 0..<3 { steps += self.readPage() }
        case 1: steps = [click, self.landing(on: link)]
        case 2: steps = [TrafficStep("quote viewed", .quote, [.scored])]
        case 3: steps = [self.burst]
        case 4:
            steps = [
                TrafficStep("mail click, not allowed", .click(link: link), [.declined(.contactBasis)]),
                TrafficStep("quote viewed, not allowed", .quote, [.declined(.contactBasis)]),
            ]
        case 5: steps = [TrafficStep("mail open, allowed", .open, [.scored]), click, self.landing(on: link)]
        case 6:
            steps = [
                TrafficStep("mail open, not allowed", .open, [.declined(.contactBasis)]),
                TrafficStep("mail click, by a gateway (HEAD)", .probe(link: link), [.filtered(.machineFetch)]),
                click,
            ]
        default:
            steps = [click] + self.arrivalAndAcceptance(at: TrafficPlan.linkPaths[link], carriesClick: true)
            steps += self.readPage() + self.readPage()
            steps.append(TrafficStep("quote viewed", .quote, [.scored]))
            steps.append(self.form())
        }
        var journey = self.journey(steps)
        journey.contact = contact
        return journey
    }

    /// A landing page's beacon before any choice: the page counts for nobody, and the click is confirmed.
    private mutating func landing(on link: Int) -> TrafficStep {
        var event = TrafficEvent(.pageView, TrafficPlan.linkPaths[link], load: self.random.next(), counter: 0)
        event.carriesClick = true
        var step = TrafficStep("landing page, before the choice", .events([event]), [.counted])
        step.confirmations = 1
        return step
    }

    /// All links within a second. The first two might still be a person's; with the third it is a burst.
    private var burst: TrafficStep {
        let found = [TrafficOutcome](repeating: .filtered(.machineFetch), count: TrafficPlan.linkPaths.count - 2)
        return TrafficStep("mail clicks, by a scanner", .burst, [.scored, .scored] + found)
    }

    // MARK: The frame

    private mutating func journey(_ steps: [TrafficStep], agent: String? = nil) -> TrafficJourney {
        let agent = agent ?? self.random.pick(TrafficAgents.browsers)
        return TrafficJourney(minute: self.minute(), agent: agent, steps: steps)
    }

    private mutating func minute() -> Int {
        var rest = Int.random(in: 0..<Self.hours.reduce(0, +), using: &self.random)
        var hour = 0
        while rest >= Self.hours[hour] {
            rest -= Self.hours[hour]
            hour += 1
        }
        return (8 + hour) * 60 + Int.random(in: 0..<60, using: &self.random)
    }
}
