/// A published model made ready for the fold: names became numbers, rules are found by the kind of event, and every
/// group's decay clock runs from the first publication on.
///
/// Immutable; one per publication, and of the one in force a copy for each worker.
package final class CompiledModel: Sendable {
    /// The model as its author wrote it.
    package let source: ScoringModel
    /// The offset of its record: it holds for every record behind it.
    package let offset: UInt64
    /// When it was published.
    package let published: Timestamp
    /// The names of all groups there ever were; a group's number is its index.
    package let groupNames: [String]
    /// The names of all topics there ever were; a topic's number is its index, 0 is "none".
    package let topicNames: [String]
    /// The decay clocks of all groups.
    package let clocks: [DecayClock]
    /// The maximum of each group; nil for a group this model does not name: it grants and adds nothing.
    package let maxima: [Double?]
    /// Points of pages, in the order of ``patterns``.
    package let pageGrants: [Grant]
    /// The rules, in the author's order.
    package let rules: [CompiledRule]

    private let patterns: PatternTable
    private let ruleIndex: RuleIndex
    /// Rules on silence, in the author's order.
    package let silentRules: [CompiledRule]

    fileprivate init(source: ScoringModel, offset: UInt64, published: Timestamp, names: ModelNames) {
        self.source = source
        self.offset = offset
        self.published = published
        self.groupNames = names.groups
        self.topicNames = names.topics
        self.clocks = names.clocks
        self.maxima = names.groups.map { name in source.groups.first { $0.name == name }?.max }
        self.patterns = PatternTable(patterns: source.pages.map(\.pattern))
        self.pageGrants = source.pages.map { names.grant(for: $0, in: source) }
        let rules = source.rules.map { names.compile($0, in: source) }
        self.rules = rules
        self.silentRules = rules.filter { $0.condition.silent != nil }
        self.ruleIndex = RuleIndex(rules)
    }

    /// The points of the page with this path, if any pattern matches it.
    package func pageGrant(path: UnsafeRawBufferPointer) -> Grant? {
        self.patterns.bestMatch(path).map { self.pageGrants[$0] }
    }

    /// Calls `body` with the number of every rule that may match an event of a kind, in the author's order.
    func forEachCandidate(
        _ kind: EventKind,
        path: UnsafeRawBufferPointer,
        name: UnsafeRawBufferPointer,
        _ body: (Int) -> Void
    ) {
        self.ruleIndex.forEachCandidate(kind, path: path, name: name, body)
    }

    /// D of a group at a time.
    func reading(ofGroup group: UInt8, at time: Timestamp) -> Double { self.clocks[Int(group)].reading(at: time) }

    /// The number of a group this model names.
    package func activeGroup(named name: String) -> UInt8? {
        guard let index = self.groupNames.firstIndex(of: name), self.maxima[index] != nil else { return nil }
        return UInt8(index)
    }

    /// The same model, of which a fold of page views shares nothing with this one, down to the names of its rules: two
    /// threads that use one model take the counts of its references from each other at every touch.
    package func copy() -> CompiledModel {
        var writer = ByteWriter()
        self.source.encode(to: &writer)
        let source = writer.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            guard let model = try? ScoringModel(decoding: &reader) else {
                preconditionFailure("what was written here can be read")
            }
            return model
        }
        let clocks = self.clocks.map(DecayClock.init(copying:))
        let names = ModelNames(groups: self.groupNames, topics: self.topicNames, clocks: clocks)
        return CompiledModel(source: source, offset: self.offset, published: self.published, names: names)
    }

    /// Whether contacts of a status are never handed over.
    package func excludes(status: String) -> Bool { self.source.excludedStatuses.contains(status) }

    /// The thresholds of hot for a grade.
    package func hotLevels(for grade: Grade) -> ScoringModel.Levels {
        self.source.stages.hotByGrade.first { $0.grade == grade }?.levels ?? self.source.stages.hot
    }
}

/// What a match gives, in numbers.
package struct Grant: Equatable, Sendable {
    /// The same for a rule or pattern of the same name in every version: windows survive a publication.
    package var key: UInt32
    /// What the ledger calls it.
    package var name: String
    /// The points asked for.
    package var points: Double
    /// The group's number.
    package var group: UInt8
    /// The topic's number.
    package var topic: UInt8
    /// How often it grants.
    package var limit: ScoringModel.Limit?
    /// How long an unconfirmed match stays provisional.
    package var hold: TimeSpan
    /// Whether it alerts.
    package var alert: ScoringModel.Alert
    /// Whether it is a page's.
    package var isPage: Bool
}

/// A rule with its grant and its patterns ready. A class, so that looking at it counts one reference and not one for each
/// of its texts.
package final class CompiledRule: Sendable {
    /// What a match gives.
    package let grant: Grant
    /// What it asks.
    package let condition: ScoringModel.Condition
    /// The path pattern, if it asks for one.
    package let path: PathPattern?

    fileprivate init(grant: Grant, condition: ScoringModel.Condition) {
        self.grant = grant
        self.condition = condition
        self.path = condition.path.map(PathPattern.init)
    }
}

/// Names and clocks as they grow over the publications: a group or topic keeps its number for ever.
package struct ModelNames: Sendable {
    fileprivate var groups: [String] = []
    fileprivate var topics: [String] = [""]
    fileprivate var clocks: [DecayClock] = []

    fileprivate mutating func absorb(_ model: ScoringModel, at time: Timestamp) {
        for group in model.groups {
            if let index = self.groups.firstIndex(of: group.name) {
                self.clocks[index].change(halfLife: group.halfLife, at: time)
            } else if self.groups.count < Limits.groups {
                self.groups.append(group.name)
                self.clocks.append(DecayClock(start: time, halfLife: group.halfLife))
            }
        }
        for topic in model.pages.compactMap(\.topic) + model.rules.compactMap(\.topic)
        where !self.topics.contains(topic) && self.topics.count <= Limits.topics {
            self.topics.append(topic)
        }
    }

    fileprivate func grant(for page: ScoringModel.PageRule, in model: ScoringModel) -> Grant {
        Grant(
            key: Self.key("page:" + page.pattern),
            name: page.pattern,
            points: page.points,
            group: self.number(ofGroup: page.group, in: model),
            topic: self.number(ofTopic: page.topic),
            limit: page.limit,
            hold: .seconds(0),
            alert: .none,
            isPage: true
        )
    }

    fileprivate func compile(_ rule: ScoringModel.Rule, in model: ScoringModel) -> CompiledRule {
        let grant = Grant(
            key: Self.key("rule:" + rule.name),
            name: rule.name,
            points: rule.points,
            group: self.number(ofGroup: rule.group, in: model),
            topic: self.number(ofTopic: rule.topic),
            limit: rule.limit,
            hold: rule.hold,
            alert: rule.alert,
            isPage: false
        )
        return CompiledRule(grant: grant, condition: rule.condition)
    }

    // Without a group of its own a rule gives to its model's first, which need not be the first there ever was;
    // validation has made sure there is one.
    private func number(ofGroup name: String?, in model: ScoringModel) -> UInt8 {
        UInt8((name ?? model.groups.first?.name).flatMap { self.groups.firstIndex(of: $0) } ?? 0)
    }

    private func number(ofTopic name: String?) -> UInt8 {
        UInt8(name.flatMap { self.topics.firstIndex(of: $0) } ?? 0)
    }

    // Names are the author's, not an attacker's: a fixed key will do, and must, for windows to outlive a process.
    private static func key(_ text: String) -> UInt32 {
        UInt32(truncatingIfNeeded: SipHash.hash(text, key: SipKey(0x7665_6e64, 0x616e_6765)))
    }
}

/// All models published so far, in log order. A slot at an offset uses the last one below it.
package struct ModelHistory: Sendable {
    /// The publications, oldest first.
    package private(set) var models: [CompiledModel] = []
    private var names = ModelNames()

    /// No model yet: nothing is granted.
    package init() {}

    /// The model that holds for the record at an offset.
    package func model(at offset: UInt64) -> CompiledModel? {
        self.models.last { $0.offset < offset }
    }

    /// Whether the groups of a model still find numbers: a group keeps its own for ever.
    package func hasRoom(for model: ScoringModel) -> Bool {
        Set(self.names.groups).union(model.groups.map(\.name)).count <= Limits.groups
    }

    /// Adds the publication recorded at `offset`; ignores one it knows, so that several workers may all report it.
    package mutating func publish(_ model: ScoringModel, offset: UInt64, at time: Timestamp) {
        if let last = self.models.last, last.offset >= offset { return }
        self.names.absorb(model, at: time)
        self.models.append(CompiledModel(source: model, offset: offset, published: time, names: self.names))
    }

    /// Appends all publications.
    package func encode(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(self.models.count))
        for model in self.models {
            writer.write(model.offset)
            writer.write(model.published.microseconds)
            model.source.encode(to: &writer)
        }
    }

    /// Reads publications.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        for _ in 0..<(try reader.readVarint()) {
            let offset: UInt64 = try reader.readWord()
            let published = Timestamp(microseconds: try reader.readWord())
            self.publish(try ScoringModel(decoding: &reader), offset: offset, at: published)
        }
    }
}
