extension ModelCheck {
    mutating func groups(_ groups: [ScoringModel.Group]) {
        self.that(!groups.isEmpty, "groups", "at least one group", "none")
        self.count(groups.count, atMost: Limits.groups, "groups")
        var seen: Set<String> = []
        for group in groups {
            let field = "groups.\(group.name)"
            self.identifier(group.name, field)
            self.unique(group.name, in: &seen, field, "each group once")
            self.span(group.halfLife, field + ".half_life")
            self.that(
                group.max > 0 && group.max <= Self.largest,
                field + ".max",
                "a number over 0, at most \(Self.text(Self.largest))",
                Self.text(group.max)
            )
        }
    }

    mutating func pages(_ pages: [ScoringModel.PageRule]) {
        self.count(pages.count, atMost: Limits.pagePatterns, "pages")
        var seen: Set<String> = []
        for page in pages {
            let field = "pages[\(page.pattern)]"
            self.pattern(page.pattern, field)
            self.unique(PathPattern(page.pattern).text, in: &seen, field, "each pattern once")
            self.within(page.points, -Self.largest...Self.largest, field + ".points")
            self.limit(page.limit, field + ".limit")
            if let topic = page.topic { self.identifier(topic, field + ".topic") }
            self.groupExists(page.group, field + ".group")
        }
    }

    mutating func rules(_ rules: [ScoringModel.Rule]) {
        self.count(rules.count, atMost: Limits.rules, "rules")
        var seen: Set<String> = []
        for (index, rule) in rules.enumerated() {
            let field = "rules[\(index)]"
            self.text(rule.name, field + ".name")
            self.unique(rule.name, in: &seen, field + ".name", "a name that no other rule has")
            self.within(rule.points, -Self.largest...Self.largest, field + ".points")
            self.groupExists(rule.group, field + ".group")
            if let topic = rule.topic { self.identifier(topic, field + ".topic") }
            self.limit(rule.limit, field + ".limit")
            self.span(rule.hold, field + ".hold", from: .seconds(0))
            self.condition(rule.condition, field + ".when")
            if rule.condition.silent == nil {
                self.scoring(rule, field)
            } else {
                self.silence(rule, field)
            }
        }
    }

    private mutating func scoring(_ rule: ScoringModel.Rule, _ field: String) {
        self.that(
            rule.points != 0 || rule.alert != .none,
            field,
            "points, or alert: true or digest",
            "a rule that does nothing"
        )
        // What is taken away cannot wait: it would count as long as the proof of a human is missing.
        self.that(
            rule.hold.microseconds == 0 || rule.points > 0,
            field + ".hold",
            "hold only on a rule with positive points",
            "points \(Self.text(rule.points))"
        )
    }

    // Silence is noticed by the clock: there is no event to give points for or to ask anything of.
    private mutating func silence(_ rule: ScoringModel.Rule, _ field: String) {
        self.that(
            rule.points == 0,
            field + ".points",
            "no points on a silent rule (it only alerts)",
            Self.text(rule.points)
        )
        self.that(rule.alert != .none, field, "alert: true or digest on a silent rule", "no alert")
        let condition = rule.condition
        let isAboutEvent =
            condition.event != nil || condition.path != nil || condition.name != nil || condition.campaign != nil
            || condition.source != nil || condition.visit != nil || condition.scroll != nil || condition.engaged != nil
        self.that(!isAboutEvent, field + ".when", "silent alone or with contact", "conditions on an event")
        let grants = rule.limit != nil || rule.hold.microseconds != 0 || rule.topic != nil || rule.group != nil
        self.that(!grants, field, "no group, topic, limit or hold on a silent rule", "a rule with them")
    }

    private mutating func condition(_ condition: ScoringModel.Condition, _ field: String) {
        self.that(condition != ScoringModel.Condition(), field, "at least one condition", "none")
        if let path = condition.path { self.pattern(path, field + ".path") }
        if let name = condition.name { self.text(name, field + ".name") }
        if let campaign = condition.campaign { self.text(campaign, field + ".campaign") }
        if let source = condition.source { self.text(source, field + ".source") }
        if condition.name != nil, let event = condition.event {
            let named: [EventKind] = [.custom, .formSubmit, .download]
            let expected = "name only with event custom, form_submit or download"
            self.that(named.contains(event), field + ".name", expected, "event \(event.name)")
        }
        if let after = condition.after {
            self.span(after, field + ".after")
            self.that(condition.visit == .return, field + ".after", "after only with visit: return", "no such visit")
        }
        if let scroll = condition.scroll {
            self.that(scroll <= 100, field + ".scroll", "a percentage from 0 to 100", "\(scroll)")
        }
        if let engaged = condition.engaged { self.span(engaged, field + ".engaged") }
        if condition.scroll != nil || condition.engaged != nil, let event = condition.event {
            let expected = "scroll and engaged only with event engagement"
            self.that(event == .engagement, field + ".event", expected, Self.quoted(event.name))
        }
        if let silent = condition.silent { self.span(silent, field + ".silent") }
        self.matches(condition.contact, field + ".contact")
    }

    private mutating func matches(_ matches: [ScoringModel.FieldMatch], _ field: String) {
        self.count(matches.count, atMost: Limits.fieldMatches, field)
        var seen: Set<String> = []
        for match in matches {
            let place = "\(field).\(match.field)"
            self.identifier(match.field, place)
            self.unique(match.field, in: &seen, place, "each field once")
            self.text(match.value, place)
            if match.field == "grade" {
                self.that(Grade(name: match.value) != nil, place, "A, B or C", Self.quoted(match.value))
            }
            if match.field == "status" { self.status(match.value, place) }
        }
    }

    mutating func statuses(_ statuses: [String]) {
        var seen: Set<String> = []
        for (index, status) in statuses.enumerated() {
            let field = "exclude.status[\(index)]"
            self.status(status, field)
            self.unique(status, in: &seen, field, "each status once")
        }
    }

    private mutating func status(_ status: String, _ field: String) {
        let known = ContactRecord.statuses.joined(separator: ", ")
        self.that(ContactRecord.statuses.contains(status), field, "one of \(known)", Self.quoted(status))
    }

    mutating func fit(_ fit: ScoringModel.Fit) {
        self.factors(fit.weight, "fit.weight")
        self.factors(fit.potential, "fit.potential")
        self.count(fit.grades.count, atMost: Limits.fitFactors, "fit.grades")
        for (index, rule) in fit.grades.enumerated() {
            let field = "fit.grades[\(index)]"
            if let weight = rule.weight { self.within(weight, -Self.largest...Self.largest, field + ".weight") }
            if let potential = rule.potential {
                self.within(potential, -Self.largest...Self.largest, field + ".potential")
            }
            let isLast = index == fit.grades.count - 1
            let asks = rule.weight != nil || rule.potential != nil
            self.that(asks || isLast, field, "weight or potential in every row but the last", "a row that always holds")
        }
    }

    private mutating func factors(_ factors: [ScoringModel.Factor], _ axis: String) {
        self.count(factors.count, atMost: Limits.fitFactors, axis)
        for (index, factor) in factors.enumerated() {
            let field = "\(axis)[\(index)]"
            self.identifier(factor.field, field + ".field")
            self.that(
                factor.bands.isEmpty != factor.values.isEmpty,
                field,
                "either bands or values",
                factor.bands.isEmpty ? "neither" : "both"
            )
            self.count(factor.bands.count, atMost: Limits.factorSteps, field + ".bands")
            self.count(factor.values.count, atMost: Limits.factorSteps, field + ".values")
            let bounds = factor.bands.map(\.from)
            let ascends = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
            self.that(
                ascends,
                field + ".bands",
                "lower bounds that ascend",
                bounds.map(Self.text).joined(separator: ", ")
            )
            for band in factor.bands { self.points(band.points, of: Self.text(band.from), field + ".bands") }
            var seen: Set<String> = []
            for value in factor.values {
                self.text(value.value, field + ".values")
                self.unique(value.value, in: &seen, field + ".values", "each value once")
                self.points(value.points, of: value.value, field + ".values")
            }
            self.within(factor.factor, 0...100, field + ".factor")
        }
    }

    private mutating func points(_ points: Double, of step: String, _ field: String) {
        self.within(points, -Self.largest...Self.largest, "\(field).\(step)")
    }

    mutating func stages(_ stages: ScoringModel.Stages) {
        self.levels(stages.warm, "stages.warm")
        self.levels(stages.hot, "stages.hot")
        self.above(stages.warm, stages.hot, "stages.hot.enter")
        self.span(stages.cooldown, "stages.hot.cooldown", from: .seconds(0))
        var seen: Set<String> = []
        for item in stages.hotByGrade {
            let field = "stages.hot.by_grade.\(item.grade.name)"
            self.unique(item.grade.name, in: &seen, field, "each grade once")
            self.levels(item.levels, field)
            self.above(stages.warm, item.levels, field + ".enter")
        }
    }

    private mutating func levels(_ levels: ScoringModel.Levels, _ field: String) {
        self.within(levels.enter, 0...Self.largest, field + ".enter")
        self.within(levels.leave, 0...Self.largest, field + ".leave")
        let expected = "less than enter (\(Self.text(levels.enter)))"
        self.that(levels.leave < levels.enter, field + ".leave", expected, Self.text(levels.leave))
    }

    private mutating func above(_ warm: ScoringModel.Levels, _ hot: ScoringModel.Levels, _ field: String) {
        let expected = "more than warm's enter (\(Self.text(warm.enter)))"
        self.that(hot.enter > warm.enter, field, expected, Self.text(hot.enter))
    }
}
