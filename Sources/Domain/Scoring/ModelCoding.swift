extension ScoringModel {
    private static let format: UInt8 = 1

    /// Appends the model's canonical bytes: the same model always gives the same bytes.
    ///
    /// A format byte, then the fields in the order of their declaration. Lists and texts are counted; an optional is
    /// a byte 0 or 1 and, if 1, its value; spans are microseconds.
    package func encode(to writer: inout ByteWriter) {
        writer.write(Self.format)
        writer.write(self.version)
        writer.writeList(self.groups) { writer, group in
            writer.writeText(group.name)
            writer.write(group.halfLife.microseconds)
            writer.writeNumber(group.max)
        }
        writer.writeList(self.pages) { writer, page in
            writer.writeText(page.pattern)
            writer.writeNumber(page.points)
            writer.writeOptional(page.limit) { $1.encode(to: &$0) }
            writer.writeOptional(page.topic) { $0.writeText($1) }
            writer.writeOptional(page.group) { $0.writeText($1) }
        }
        writer.writeList(self.rules) { $1.encode(to: &$0) }
        writer.writeNumber(self.unconfirmed)
        writer.writeNumber(self.claimedMax)
        writer.writeList(self.excludedStatuses) { $0.writeText($1) }
        self.fit.encode(to: &writer)
        self.stages.encode(to: &writer)
    }

    /// Reads a model. The result has the model's form, within ``Limits``, and finite numbers; whether it makes sense
    /// is ``problems()``'s question, asked before a model is published.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        guard try reader.readByte() == Self.format else { throw .invalid("model format") }
        self.init()
        self.version = try reader.readWord()
        for _ in 0..<(try reader.readCount(atMost: Limits.groups)) {
            let name = try reader.readText()
            let halfLife = try reader.readSpan()
            // A clock runs on it: anything else than a positive one could not even be looked at.
            guard halfLife > .seconds(0) else { throw .invalid("half-life") }
            self.groups.append(Group(name: name, halfLife: halfLife, max: try reader.readNumber()))
        }
        for _ in 0..<(try reader.readCount(atMost: Limits.pagePatterns)) {
            let pattern = try reader.readText()
            var page = PageRule(pattern: pattern, points: try reader.readNumber())
            if try reader.readFlag() { page.limit = try Limit(decoding: &reader) }
            page.topic = try reader.readOptionalText()
            page.group = try reader.readOptionalText()
            self.pages.append(page)
        }
        for _ in 0..<(try reader.readCount(atMost: Limits.rules)) {
            self.rules.append(try Rule(decoding: &reader))
        }
        self.unconfirmed = try reader.readNumber()
        self.claimedMax = try reader.readNumber()
        for _ in 0..<(try reader.readCount(atMost: Limits.rules)) {
            self.excludedStatuses.append(try reader.readText())
        }
        self.fit = try Fit(decoding: &reader)
        self.stages = try Stages(decoding: &reader)
    }
}

extension ScoringModel.Limit {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.write(self.count)
        writer.write(self.window.microseconds)
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let count: UInt32 = try reader.readWord()
        self.init(count: count, window: try reader.readSpan())
    }
}

extension ScoringModel.Rule {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.writeText(self.name)
        self.condition.encode(to: &writer)
        writer.writeNumber(self.points)
        writer.writeOptional(self.group) { $0.writeText($1) }
        writer.writeOptional(self.topic) { $0.writeText($1) }
        writer.writeOptional(self.limit) { $1.encode(to: &$0) }
        writer.write(self.hold.microseconds)
        writer.write(self.alert.rawValue)
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let name = try reader.readText()
        self.init(name: name, condition: try ScoringModel.Condition(decoding: &reader))
        self.points = try reader.readNumber()
        self.group = try reader.readOptionalText()
        self.topic = try reader.readOptionalText()
        if try reader.readFlag() { self.limit = try ScoringModel.Limit(decoding: &reader) }
        self.hold = try reader.readSpan()
        guard let alert = ScoringModel.Alert(rawValue: try reader.readByte()) else { throw .invalid("alert") }
        self.alert = alert
    }
}

extension ScoringModel.Condition {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.writeOptional(self.event) { $0.write($1.rawValue) }
        writer.writeOptional(self.path) { $0.writeText($1) }
        writer.writeOptional(self.name) { $0.writeText($1) }
        writer.writeOptional(self.campaign) { $0.writeText($1) }
        writer.writeOptional(self.source) { $0.writeText($1) }
        writer.writeOptional(self.visit) { $0.write($1.rawValue) }
        writer.writeOptional(self.after) { $0.write($1.microseconds) }
        writer.writeOptional(self.scroll) { $0.write($1) }
        writer.writeOptional(self.engaged) { $0.write($1.microseconds) }
        writer.writeList(self.contact) { writer, match in
            writer.writeText(match.field)
            writer.writeText(match.value)
        }
        writer.writeOptional(self.silent) { $0.write($1.microseconds) }
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.init()
        if try reader.readFlag() {
            guard let kind = EventKind(rawValue: try reader.readByte()) else { throw .invalid("event kind") }
            self.event = kind
        }
        self.path = try reader.readOptionalText()
        self.name = try reader.readOptionalText()
        self.campaign = try reader.readOptionalText()
        self.source = try reader.readOptionalText()
        if try reader.readFlag() {
            guard let visit = ScoringModel.Visit(rawValue: try reader.readByte()) else { throw .invalid("visit") }
            self.visit = visit
        }
        if try reader.readFlag() { self.after = try reader.readSpan() }
        if try reader.readFlag() { self.scroll = try reader.readByte() }
        if try reader.readFlag() { self.engaged = try reader.readSpan() }
        for _ in 0..<(try reader.readCount(atMost: Limits.fieldMatches)) {
            let field = try reader.readText()
            self.contact.append(ScoringModel.FieldMatch(field: field, value: try reader.readText()))
        }
        if try reader.readFlag() { self.silent = try reader.readSpan() }
    }
}

extension ScoringModel.Fit {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.writeList(self.weight) { $1.encode(to: &$0) }
        writer.writeList(self.potential) { $1.encode(to: &$0) }
        writer.writeList(self.grades) { writer, rule in
            writer.writeOptional(rule.weight) { $0.writeNumber($1) }
            writer.writeOptional(rule.potential) { $0.writeNumber($1) }
            writer.write(rule.grade.rawValue)
        }
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.init()
        for _ in 0..<(try reader.readCount(atMost: Limits.fitFactors)) {
            self.weight.append(try ScoringModel.Factor(decoding: &reader))
        }
        for _ in 0..<(try reader.readCount(atMost: Limits.fitFactors)) {
            self.potential.append(try ScoringModel.Factor(decoding: &reader))
        }
        for _ in 0..<(try reader.readCount(atMost: Limits.fitFactors)) {
            let weight = try reader.readFlag() ? try reader.readNumber() : nil
            let potential = try reader.readFlag() ? try reader.readNumber() : nil
            let grade = try reader.readGrade()
            self.grades.append(ScoringModel.GradeRule(weight: weight, potential: potential, grade: grade))
        }
    }
}

extension ScoringModel.Factor {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.writeText(self.field)
        writer.writeList(self.bands) { writer, band in
            writer.writeNumber(band.from)
            writer.writeNumber(band.points)
        }
        writer.writeList(self.values) { writer, value in
            writer.writeText(value.value)
            writer.writeNumber(value.points)
        }
        writer.writeNumber(self.factor)
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.init(field: try reader.readText())
        for _ in 0..<(try reader.readCount(atMost: Limits.factorSteps)) {
            let from = try reader.readNumber()
            self.bands.append(ScoringModel.Band(from: from, points: try reader.readNumber()))
        }
        for _ in 0..<(try reader.readCount(atMost: Limits.factorSteps)) {
            let value = try reader.readText()
            self.values.append(ScoringModel.ValuePoints(value: value, points: try reader.readNumber()))
        }
        self.factor = try reader.readNumber()
    }
}

extension ScoringModel.Stages {
    fileprivate func encode(to writer: inout ByteWriter) {
        self.warm.encode(to: &writer)
        self.hot.encode(to: &writer)
        writer.write(self.cooldown.microseconds)
        writer.writeList(self.hotByGrade) { writer, item in
            writer.write(item.grade.rawValue)
            item.levels.encode(to: &writer)
        }
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.init()
        self.warm = try ScoringModel.Levels(decoding: &reader)
        self.hot = try ScoringModel.Levels(decoding: &reader)
        self.cooldown = try reader.readSpan()
        for _ in 0..<(try reader.readCount(atMost: Grade.allCases.count)) {
            let grade = try reader.readGrade()
            self.hotByGrade.append(
                ScoringModel.GradeLevels(grade: grade, levels: try ScoringModel.Levels(decoding: &reader))
            )
        }
    }
}

extension ScoringModel.Levels {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.writeNumber(self.enter)
        writer.writeNumber(self.leave)
    }

    fileprivate init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        let enter = try reader.readNumber()
        self.init(enter: enter, leave: try reader.readNumber())
    }
}

extension ByteWriter {
    // The two zeros are equal, so they have one encoding.
    fileprivate mutating func writeNumber(_ value: Double) { self.write(value == 0 ? 0 : value) }

    fileprivate mutating func writeList<Item>(_ items: [Item], _ body: (inout ByteWriter, Item) -> Void) {
        self.writeVarint(UInt64(items.count))
        for item in items { body(&self, item) }
    }

    fileprivate mutating func writeOptional<Item>(_ item: Item?, _ body: (inout ByteWriter, Item) -> Void) {
        self.write(UInt8(item == nil ? 0 : 1))
        if let item { body(&self, item) }
    }
}

extension ByteReader {
    fileprivate mutating func readCount(atMost limit: Int) throws(DecodingFailure) -> Int {
        let count = try self.readVarint()
        guard count <= UInt64(limit) else { throw .overlong }
        return Int(count)
    }

    fileprivate mutating func readFlag() throws(DecodingFailure) -> Bool {
        switch try self.readByte() {
        case 0: return false
        case 1: return true
        default: throw .invalid("flag")
        }
    }

    fileprivate mutating func readOptionalText() throws(DecodingFailure) -> String? {
        try self.readFlag() ? try self.readText() : nil
    }

    fileprivate mutating func readNumber() throws(DecodingFailure) -> Double {
        let value = try self.readDouble()
        guard value.isFinite else { throw .invalid("number") }
        return value
    }

    fileprivate mutating func readSpan() throws(DecodingFailure) -> TimeSpan {
        let span = TimeSpan(microseconds: try self.readWord())
        guard span.microseconds >= 0 else { throw .invalid("span") }
        return span
    }

    fileprivate mutating func readGrade() throws(DecodingFailure) -> Grade {
        guard let grade = Grade(rawValue: try self.readByte()) else { throw .invalid("grade") }
        return grade
    }
}
