/// A scoring model as its author wrote it: names, not numbers (design, section 6).
///
/// It is validated when it is read (`Settings`), logged in its canonical form when it is published
/// (``ModelRecord``), and compiled for the fold by ``ModelHistory``.
package struct ScoringModel: Equatable, Sendable {
    /// The author's version number; must grow with each publication.
    package var version: UInt32 = 1
    /// The groups, in the author's order. At least one.
    package var groups: [Group] = []
    /// Points of pages; the most specific pattern wins.
    package var pages: [PageRule] = []
    /// Rules; all that match apply.
    package var rules: [Rule] = []
    /// What a click nobody confirmed is worth: a factor in 0…1.
    package var unconfirmed: Double = 0.3
    /// Points under claims count at most this much towards a stage until confirmed.
    package var claimedMax: Double = 40
    /// Statuses of contacts that are scored but never handed over, sorted.
    package var excludedStatuses: [String] = []
    /// The fit of an account.
    package var fit = Fit()
    /// The stages' thresholds.
    package var stages = Stages()

    /// An empty model.
    package init() {}

    /// A score group: decays and is capped on its own.
    package struct Group: Equatable, Sendable {
        /// Its name.
        package var name: String
        /// The time in which its points halve; positive.
        package var halfLife: TimeSpan
        /// The balance above which nothing more is granted; positive.
        package var max: Double

        /// A group.
        package init(name: String, halfLife: TimeSpan, max: Double) {
            self.name = name
            self.halfLife = halfLife
            self.max = max
        }
    }

    /// How often a rule or page may grant within a window that starts with the first match.
    package struct Limit: Equatable, Sendable {
        /// Matches that grant; at least 1.
        package var count: UInt32
        /// The window's length; positive.
        package var window: TimeSpan

        /// A limit.
        package init(count: UInt32, window: TimeSpan) {
            self.count = count
            self.window = window
        }
    }

    /// The points of the pages a pattern matches.
    package struct PageRule: Equatable, Sendable {
        /// A path; `*` stands for one segment or part of one, `**` at the end for any rest.
        package var pattern: String
        /// Points of one view; may be negative.
        package var points: Double
        /// How often it grants.
        package var limit: Limit?
        /// The offer the interest is in.
        package var topic: String?
        /// The group the points go to; the model's first when nil.
        package var group: String?

        /// A page rule.
        package init(pattern: String, points: Double, limit: Limit? = nil, topic: String? = nil, group: String? = nil) {
            self.pattern = pattern
            self.points = points
            self.limit = limit
            self.topic = topic
            self.group = group
        }
    }

    /// Whether and how a match tells the owner at once.
    package enum Alert: UInt8, Equatable, Sendable {
        /// Not at all.
        case none = 0
        /// An alert of its own.
        case immediate = 1
        /// In the daily digest.
        case digest = 2
    }

    /// Points, or an alert, for whatever meets a condition.
    package struct Rule: Equatable, Sendable {
        /// Its name, unique in the model: what people read in the ledger.
        package var name: String
        /// What must hold.
        package var condition: Condition
        /// Points of one match; 0 for a rule that only alerts.
        package var points: Double
        /// The group the points go to; the model's first when nil.
        package var group: String?
        /// The offer the interest is in.
        package var topic: String?
        /// How often it grants.
        package var limit: Limit?
        /// How long an entry stays provisional; zero for not at all.
        package var hold: TimeSpan
        /// Whether a match alerts.
        package var alert: Alert

        /// A rule.
        package init(
            name: String,
            condition: Condition,
            points: Double = 0,
            group: String? = nil,
            topic: String? = nil,
            limit: Limit? = nil,
            hold: TimeSpan = .seconds(0),
            alert: Alert = .none
        ) {
            self.name = name
            self.condition = condition
            self.points = points
            self.group = group
            self.topic = topic
            self.limit = limit
            self.hold = hold
            self.alert = alert
        }
    }

    /// What a rule asks of an event and its profile. Everything that is set must hold.
    package struct Condition: Equatable, Sendable {
        /// The event's kind. A rule on ``visit`` matches the visit's first event, whatever its kind.
        package var event: EventKind?
        /// The path pattern of the event's page.
        package var path: String?
        /// The name of a custom event, form or download.
        package var name: String?
        /// utm_campaign.
        package var campaign: String?
        /// utm_source.
        package var source: String?
        /// Which visit starts with this event.
        package var visit: Visit?
        /// For ``Visit/return``: the least absence before it.
        package var after: TimeSpan?
        /// Least scroll depth in percent (engagement).
        package var scroll: UInt8?
        /// Least visible time (engagement).
        package var engaged: TimeSpan?
        /// Values of the contact's or its account's fields, sorted by field.
        package var contact: [FieldMatch] = []
        /// Nothing seen of the contact for this long: matches once, when the time has passed.
        package var silent: TimeSpan?

        /// A condition that everything meets.
        package init() {}
    }

    /// Which visit an event starts.
    package enum Visit: UInt8, Equatable, Sendable {
        /// The first.
        case first = 1
        /// One after an absence.
        case `return` = 2
    }

    /// A field and the value it must have. The field `grade` is the fit grade; `status` and `role` the contact's own.
    package struct FieldMatch: Equatable, Sendable {
        /// The field's name.
        package var field: String
        /// The value, compared exactly.
        package var value: String

        /// A match.
        package init(field: String, value: String) {
            self.field = field
            self.value = value
        }
    }

    /// The fit grade's two axes and its table.
    package struct Fit: Equatable, Sendable {
        /// What the account is worth today.
        package var weight: [Factor] = []
        /// What it may be worth tomorrow.
        package var potential: [Factor] = []
        /// Tried in order; the first that holds gives the grade. Empty: everybody is B.
        package var grades: [GradeRule] = []

        /// No fit.
        package init() {}
    }

    /// The points a field's value adds to an axis.
    package struct Factor: Equatable, Sendable {
        /// The field.
        package var field: String
        /// Lower bounds and their points, ascending; the highest bound at or below the value counts.
        package var bands: [Band]
        /// Exact values and their points, sorted by value.
        package var values: [ValuePoints]
        /// What the points are multiplied with.
        package var factor: Double

        /// A factor; either `bands` or `values` is empty.
        package init(field: String, bands: [Band] = [], values: [ValuePoints] = [], factor: Double = 1) {
            self.field = field
            self.bands = bands
            self.values = values
            self.factor = factor
        }
    }

    /// A lower bound and its points.
    package struct Band: Equatable, Sendable {
        /// The least value.
        package var from: Double
        /// The points.
        package var points: Double

        /// A band.
        package init(from: Double, points: Double) {
            self.from = from
            self.points = points
        }
    }

    /// A value and its points.
    package struct ValuePoints: Equatable, Sendable {
        /// The value.
        package var value: String
        /// The points.
        package var points: Double

        /// A value's points.
        package init(value: String, points: Double) {
            self.value = value
            self.points = points
        }
    }

    /// The least axes for a grade.
    package struct GradeRule: Equatable, Sendable {
        /// Least weight, if asked.
        package var weight: Double?
        /// Least potential, if asked.
        package var potential: Double?
        /// The grade.
        package var grade: Grade

        /// A grade rule.
        package init(weight: Double? = nil, potential: Double? = nil, grade: Grade) {
            self.weight = weight
            self.potential = potential
            self.grade = grade
        }
    }

    /// Two levels of a stage: entered at the upper, left below the lower.
    package struct Levels: Equatable, Sendable {
        /// The score that enters.
        package var enter: Double
        /// The score below which it is left; smaller than ``enter``.
        package var leave: Double

        /// Levels.
        package init(enter: Double, leave: Double) {
            self.enter = enter
            self.leave = leave
        }
    }

    /// The thresholds.
    package struct Stages: Equatable, Sendable {
        /// Warm.
        package var warm = Levels(enter: 30, leave: 20)
        /// Hot, for the grades not named in ``hotByGrade``.
        package var hot = Levels(enter: 80, leave: 60)
        /// Least time between two hand-overs of a contact.
        package var cooldown = TimeSpan.hours(24)
        /// Hot for single grades, sorted by grade.
        package var hotByGrade: [GradeLevels] = []

        /// The design's own thresholds.
        package init() {}
    }

    /// The hot levels of one grade.
    package struct GradeLevels: Equatable, Sendable {
        /// The grade.
        package var grade: Grade
        /// Its levels.
        package var levels: Levels

        /// A grade's levels.
        package init(grade: Grade, levels: Levels) {
            self.grade = grade
            self.levels = levels
        }
    }
}

/// How well an account fits. `A` is best.
package enum Grade: UInt8, Sendable, CaseIterable, Comparable {
    case a = 1
    case b = 2
    case c = 3

    /// The letter.
    package var name: String {
        switch self {
        case .a: "A"
        case .b: "B"
        case .c: "C"
        }
    }

    /// The grade of a letter.
    package init?(name: String) {
        guard let grade = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = grade
    }

    /// Better grades are smaller.
    package static func < (left: Grade, right: Grade) -> Bool { left.rawValue < right.rawValue }
}

/// How ripe a contact is.
package enum Stage: UInt8, Sendable, CaseIterable, Comparable {
    case cold = 0
    case warm = 1
    case hot = 2

    /// The name in configuration, API and catalog.
    package var name: String {
        switch self {
        case .cold: "cold"
        case .warm: "warm"
        case .hot: "hot"
        }
    }

    package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
}
