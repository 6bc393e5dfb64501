import Domain
import Testing

/// The exact text of what an author reads for each mistake.
@Suite struct ModelMessageTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let text: String
        let message: String
        var testDescription: String { self.message }

        init(_ text: String, _ message: String) {
            self.text = text
            self.message = message
        }

        init(rule: String, _ message: String) { self.init(Samples.rule(rule), "m.yaml:8: rules[0]" + message) }
        init(pages: String, _ message: String) { self.init(Samples.pages(pages), "m.yaml:7: pages" + message) }
        init(factor: String, _ message: String) {
            self.init(Samples.factor(factor), "m.yaml:7: fit.weight[0]" + message)
        }

        /// The smallest model with one piece of its text replaced.
        init(_ piece: String, by other: String, _ message: String) {
            self.init(Samples.minimal.replacing(piece, with: other), message)
        }
    }

    @Test(arguments: files + reading + limits + rules + parts) func aMistakeIsExplained(mistake: Mistake) {
        #expect(Samples.problems(mistake.text) == [mistake.message])
    }

    @Test func theSmallestModelHasNoProblem() {
        #expect(Samples.problems(Samples.minimal).isEmpty)
    }

    static let files = [
        Mistake("", "m.yaml:1: expected settings, got an empty file"),
        Mistake("# Later.\n", "m.yaml:1: expected settings, got an empty file"),
        Mistake(
            "- a\n",
            #"""
            m.yaml:1: expected a mapping with version, groups, pages, rules, unconfirmed, claimed_max, exclude, \#
            fit, stages, got a list
            """#
        ),
        Mistake("a: [1\nb: 2\n", "m.yaml:2: expected YAML: did not find expected ',' or ']' (column 2)"),
        Mistake("version: 1\n# \u{1}\n", "m.yaml:2: expected YAML: control characters are not allowed"),
        Mistake("version: &v 1\n", "m.yaml:1: expected no anchors and aliases; put quotes around a word in & or *"),
        Mistake(
            String(repeating: "#", count: 262_145),
            "m.yaml: expected at most 262144 bytes, got 262145"
        ),
        Mistake(
            Samples.pages("/a: 1, /b: 2, /a: 3"),
            #"m.yaml:7: expected each key once, got "/a" again further down"#
        ),
        Mistake(Samples.minimal + "? [a]\n: 1\n", "m.yaml:7: expected a plain key, got a mapping or a list"),
    ]

    static let reading = [
        Mistake(
            "max: 100",
            by: "max: 100, halflife: 3d",
            "m.yaml:3: groups.web.halflife: unknown key (did you mean half_life?)"
        ),
        Mistake(
            "30d",
            by: "30 days",
            #"m.yaml:3: groups.web.half_life: expected a duration such as 10s, 5m, 24h, 30d or 2w, got "30 days""#
        ),
        Mistake("max: 100", by: "max:", "m.yaml:3: groups.web.max: expected a number, got nothing"),
        Mistake("max: 100", by: "max: 0x10", #"m.yaml:3: groups.web.max: expected a number, got "0x10""#),
        Mistake("version: 1", by: "version: one", #"m.yaml:1: version: expected a whole number from 1 on, got "one""#),
        Mistake(
            "version: 1",
            by: "unconfirmed: 0",
            "m.yaml:1: version: expected a whole number from 1 on, got nothing"
        ),
        Mistake("leave: 20", by: "leave: [20]", "m.yaml:5: stages.warm.leave: expected a number, got a list"),
        Mistake(
            "warm: { enter: 30, leave: 20 }",
            by: "warm: 30",
            #"m.yaml:5: stages.warm: expected a mapping with enter and leave, got "30""#
        ),
        Mistake(
            "leave: 60",
            by: "leave: 60, by_grade: { D: { enter: 1, leave: 0 } }",
            "m.yaml:6: stages.hot.by_grade.D: unknown key; known here: A, B, C"
        ),
        Mistake(Samples.minimal + "rulez: []\n", "m.yaml:7: rulez: unknown key (did you mean rules?)"),
        Mistake(
            Samples.minimal + "exclude: { status: [competitors] }\n",
            #"""
            m.yaml:7: exclude.status[0]: expected one of prospect, customer, competitor, supplier, employee, \#
            other, got "competitors" (did you mean competitor?)
            """#
        ),
        Mistake(Samples.minimal + "rules: 3\n", #"m.yaml:7: rules: expected a list of rules, got "3""#),
        Mistake(
            pages: "/a: many",
            #"[/a]: expected a number of points or a mapping with points, limit, topic, group, got "many""#
        ),
        Mistake(pages: "/a: { limit: 2 per day }", "[/a].points: expected a number, got nothing"),
        Mistake(
            pages: "/a: { points: 1, limit: 2 a day }",
            #"[/a].limit: expected "N per day|week|month|hour|DURATION", got "2 a day""#
        ),
        Mistake(
            rule: "name: a, when: { visit: first }, points: 1, limit: 3 a day",
            #".limit: expected "N per day|week|month|hour|DURATION", got "3 a day""#
        ),
        Mistake(rule: "when: { visit: first }, points: 1", ".name: expected a name, got nothing"),
        Mistake(rule: "name: a, points: 1", ".when: expected conditions, got nothing"),
        Mistake(
            rule: "name: a, when: { event: email_clicked }, points: 1",
            #"""
            .when.event: expected one of page_view, engagement, download, form_submit, custom, email_open, \#
            email_click, quote_view, click_confirmation, reply, got "email_clicked" (did you mean email_click?)
            """#
        ),
        Mistake(
            rule: "name: a, when: { visit: returns }, points: 1",
            #".when.visit: expected one of first, return, got "returns" (did you mean return?)"#
        ),
        Mistake(
            rule: "name: a, when: { visit: first }, alert: yes",
            #".alert: expected true, false or digest, got "yes""#
        ),
        Mistake(
            rule: "name: a, when: { scroll: 300 }, points: 1",
            #".when.scroll: expected a percentage from 0 to 100, got "300""#
        ),
        Mistake(
            rule: "name: a, when: { colour: red, visit: first }, points: 1",
            #"""
            .when.colour: unknown key; known here: event, path, name, campaign, source, visit, after, scroll, \#
            engaged, contact, silent
            """#
        ),
        Mistake(factor: "field: f, bands: { many: 3 }", #".bands.many: expected a number as lower bound, got "many""#),
        Mistake(
            Samples.minimal + "fit: { grades: [ { is: D } ] }\n",
            #"m.yaml:7: fit.grades[0].is: expected A, B or C, got "D""#
        ),
    ]

    static let limits = [
        Mistake(
            Samples.minimal + "exclude: { status: [other, other, other, other, other, other, other] }\n",
            "m.yaml:7: exclude.status: expected at most 6 items, got 7"
        ),
        Mistake(
            rule: "name: a, when: { contact: { \((0...16).map { "f\($0): 1" }.joined(separator: ", ")) } }, points: 1",
            ".when.contact: expected at most 16 items, got 17"
        ),
        Mistake(
            rule: "name: \"\", when: { visit: first }, points: 1",
            ".name: expected 1 to 128 bytes, got 0"
        ),
        Mistake(
            rule: "name: a, when: { contact: grade }, points: 1",
            #".when.contact: expected a mapping of contact fields to values, got "grade""#
        ),
        Mistake(
            pages: "\(String(repeating: "/a", count: 45)): [1]",
            "[\(String(repeating: "/a", count: 45))]: "
                + "expected a number of points or a mapping with points, limit, topic, group, got a list"
        ),
        Mistake(
            "30d",
            by: String(repeating: "d", count: 90),
            "m.yaml:3: groups.web.half_life: expected a duration such as 10s, 5m, 24h, 30d or 2w, "
                + "got \"\(String(repeating: "d", count: 80))…\""
        ),
    ]

    static let rules = [
        Mistake(rule: "name: a, when: {}, points: 1", ".when: expected at least one condition, got none"),
        Mistake(
            rule: "name: a, when: { visit: first }",
            ": expected points, or alert: true or digest, got a rule that does nothing"
        ),
        Mistake(
            rule: "name: a, when: { visit: first }, points: -1, hold: 10s",
            ".hold: expected hold only on a rule with positive points, got points -1"
        ),
        Mistake(
            rule: "name: a, when: { visit: first }, points: 1, group: wep",
            #".group: expected one of the model's groups (web), got "wep""#
        ),
        Mistake(
            rule: "name: a, when: { visit: first, after: 1d }, points: 1",
            ".when.after: expected after only with visit: return, got no such visit"
        ),
        Mistake(
            rule: "name: a, when: { event: page_view, scroll: 50 }, points: 1",
            #".when.event: expected scroll and engaged only with event engagement, got "page_view""#
        ),
        Mistake(
            rule: "name: a, when: { event: reply, name: x }, points: 1",
            ".when.name: expected name only with event custom, form_submit or download, got event reply"
        ),
        Mistake(
            rule: "name: a, when: { path: tarifs }, points: 1",
            #".when.path: expected a path that starts with /, got "tarifs""#
        ),
        Mistake(
            rule: "name: a, when: { contact: { grade: D } }, points: 1",
            #".when.contact.grade: expected A, B or C, got "D""#
        ),
        Mistake(
            rule: "name: a, when: { silent: 90d }, points: 1, alert: true",
            ".points: expected no points on a silent rule (it only alerts), got 1"
        ),
        Mistake(
            rule: "name: a, when: { silent: 90d }",
            ": expected alert: true or digest on a silent rule, got no alert"
        ),
        Mistake(
            rule: "name: a, when: { silent: 90d, path: /a }, alert: true",
            ".when: expected silent alone or with contact, got conditions on an event"
        ),
        Mistake(
            rule: "name: a, when: { silent: 90d }, alert: true, hold: 10s",
            ": expected no group, topic, limit or hold on a silent rule, got a rule with them"
        ),
        Mistake(
            rule: "name: a, when: { silent: 0s }, alert: true",
            ".when.silent: expected a duration over 0s, at most 3650d, got 0s"
        ),
        Mistake(
            rule: "name: a, when: { visit: first }, points: 1, limit: 0 per day",
            ".limit: expected a count from 1 on, got 0"
        ),
        Mistake(
            Samples.rule("name: a, when: { visit: first }, points: 1")
                + "  - { name: a, when: { visit: return }, points: 2 }\n",
            #"m.yaml:9: rules[1].name: expected a name that no other rule has, got "a" again"#
        ),
    ]

    static let parts = [
        Mistake("version: 1", by: "version: 0", "m.yaml:1: version: expected a whole number from 1 on, got 0"),
        Mistake(
            "  web: { half_life: 30d, max: 100 }",
            by: "  {}",
            "m.yaml:2: groups: expected at least one group, got none"
        ),
        Mistake("30d", by: "0d", "m.yaml:3: groups.web.half_life: expected a duration over 0s, at most 3650d, got 0s"),
        Mistake(
            "max: 100",
            by: "max: -5",
            "m.yaml:3: groups.web.max: expected a number over 0, at most 1000000, got -5"
        ),
        Mistake(
            "web:",
            by: "le web:",
            #"m.yaml:3: groups.le web: expected a name of letters, digits, _, - and ., got "le web""#
        ),
        Mistake("leave: 20", by: "leave: 30", "m.yaml:5: stages.warm.leave: expected less than enter (30), got 30"),
        Mistake(
            "enter: 80, leave: 60",
            by: "enter: 25, leave: 20",
            "m.yaml:6: stages.hot.enter: expected more than warm's enter (30), got 25"
        ),
        Mistake(
            "leave: 60",
            by: "leave: 60, by_grade: { A: { enter: 50, leave: 55 } }",
            "m.yaml:6: stages.hot.by_grade.A.leave: expected less than enter (50), got 55"
        ),
        Mistake(
            Samples.minimal + "unconfirmed: 1.5\n",
            "m.yaml:7: unconfirmed: expected a number from 0 to 1, got 1.5"
        ),
        Mistake(
            Samples.minimal + "claimed_max: -1\n",
            "m.yaml:7: claimed_max: expected a number from 0 to 1000000, got -1"
        ),
        Mistake(
            Samples.minimal + "exclude: { status: [other, other] }\n",
            #"m.yaml:7: exclude.status[1]: expected each status once, got "other" again"#
        ),
        Mistake(pages: "/a/: 1, /a: 2", #"[/a]: expected each pattern once, got "/a" again"#),
        Mistake(pages: "/a/**/b: 2", #"[/a/**/b]: expected ** only as /** at the end, got "/a/**/b""#),
        Mistake(pages: "/a: 2000000", "[/a].points: expected a number from -1000000 to 1000000, got 2000000"),
        Mistake(
            pages: "/a: { points: 1, topic: la maintenance }",
            #"[/a].topic: expected a name of letters, digits, _, - and ., got "la maintenance""#
        ),
        Mistake(factor: "field: f, bands: { 10: 1, 5: 2 }", ".bands: expected lower bounds that ascend, got 10, 5"),
        Mistake(factor: "field: f", ": expected either bands or values, got neither"),
        Mistake(factor: "field: f, bands: { 1: 1 }, values: { a: 1 }", ": expected either bands or values, got both"),
        Mistake(factor: "field: f, values: { a: 1 }, factor: -2", ".factor: expected a number from 0 to 100, got -2"),
        Mistake(
            Samples.minimal + "fit: { grades: [ { is: A }, { is: B } ] }\n",
            #"""
            m.yaml:7: fit.grades[0]: expected weight or potential in every row but the last, got a row that \#
            always holds
            """#
        ),
    ]
}
