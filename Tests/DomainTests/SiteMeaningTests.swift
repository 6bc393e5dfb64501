import Domain
import Testing

struct SiteMeaningTests {
    private static let combinations = Site.Mode.allCases.flatMap { mode in
        Site.Mode.allCases.map { (mode, $0) }
    }

    private func site(_ mode: Site.Mode, _ before: Site.Mode) -> Site {
        var site = Site(id: SiteID(1), key: "www", name: "Website", hostnames: ["www.example.com"])
        site.mode = mode
        site.beforeChoice = before
        return site
    }

    @Test(arguments: combinations)
    func saysWhetherThereCanBeLeads(mode: Site.Mode, before: Site.Mode) {
        let meaning = self.site(mode, before).meaning
        switch mode {
        case .none: #expect(meaning == "one counter; no page, no person")
        case .exempt: #expect(meaning.hasSuffix("no person, no lead"))
        case .full: #expect(meaning.contains("points and leads") && meaning.hasSuffix("after refusal one counter"))
        }
    }

    @Test(arguments: combinations)
    func saysWhatHoldsBeforeAChoice(mode: Site.Mode, before: Site.Mode) {
        let meaning = self.site(mode, before).meaning
        guard mode != .none else { return }
        switch before {
        case .none: #expect(meaning.hasPrefix("nothing before a choice"))
        case .exempt: #expect(meaning.hasPrefix("day totals per page"))
        case .full:
            #expect(meaning.hasPrefix(mode == .full ? "pages, points and leads without asking" : "day totals per page"))
        }
    }

    @Test func everyModeReadsDifferently() {
        // What holds before the choice is never more than the mode.
        let valid = Self.combinations.filter { mode, before in before.rawValue <= mode.rawValue }
        #expect(Set(valid.map { self.site($0, $1).meaning }).count == valid.count)
    }
}
