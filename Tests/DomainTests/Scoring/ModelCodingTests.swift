import Domain
import TestSupport
import Testing

private func encode(_ model: ScoringModel) -> [UInt8] {
    var writer = ByteWriter()
    model.encode(to: &writer)
    return writer.bytes
}

private func decode(_ bytes: [UInt8]) throws -> ScoringModel {
    try bytes.withUnsafeBytes { raw in
        var reader = ByteReader(raw)
        let model = try ScoringModel(decoding: &reader)
        try reader.expectEnd()
        return model
    }
}

@Suite struct ModelCodingTests {
    @Test(arguments: 0..<300) func aModelSurvivesItsBytes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let model = RandomModel.make(&random)
        let bytes = encode(model)
        let decoded = try decode(bytes)
        #expect(decoded == model)
        #expect(encode(decoded) == bytes)
    }

    @Test func equalModelsHaveEqualBytes() {
        var model = ScoringModel()
        model.pages = [ScoringModel.PageRule(pattern: "/", points: 0)]
        var other = model
        other.pages[0].points = -0.0
        #expect(model == other)
        #expect(encode(model) == encode(other))
    }

    @Test(arguments: 0..<20) func everyTruncationIsRefused(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = encode(RandomModel.make(&random))
        for count in bytes.indices {
            #expect(throws: DecodingFailure.self) { try decode(Array(bytes[..<count])) }
        }
    }

    @Test(arguments: 0..<500) func damagedBytesAreReadOrRefusedButNeverCrash(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = encode(RandomModel.make(&random))
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if let model = try? decode(bytes) {
            #expect(model.groups.count <= Limits.groups)
            #expect(model.rules.allSatisfy { $0.points.isFinite && $0.hold.microseconds >= 0 })
        }
    }

    @Test(arguments: 0..<500) func arbitraryBytesNeverCrash(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(throws: DecodingFailure.self) { try decode([1, 1, 0, 0, 0, 17] + bytes) }
        _ = try? decode(bytes)
    }
}

@Suite struct ModelValidationTests {
    @Test(arguments: 0..<300) func aRandomModelIsValid(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        #expect(RandomModel.make(&random).problems().isEmpty)
    }

    private static var valid: ScoringModel {
        var random = SeededRandom(seed: 1)
        var model = RandomModel.make(&random)
        model.pages = []
        model.rules = []
        return model
    }

    @Test func moreThanTheLimitsIsRefused() {
        var model = Self.valid
        model.groups = (0...Limits.groups).map { ScoringModel.Group(name: "g\($0)", halfLife: .days(1), max: 1) }
        #expect(model.problems().map(\.field) == ["groups"])

        model = Self.valid
        model.pages = (0...Limits.pagePatterns).map { ScoringModel.PageRule(pattern: "/\($0)", points: 1) }
        #expect(model.problems().map(\.field) == ["pages"])

        model = Self.valid
        model.pages = (0...Limits.topics).map { ScoringModel.PageRule(pattern: "/\($0)", points: 1, topic: "t\($0)") }
        #expect(model.problems().map(\.field) == ["topics"])

        var condition = ScoringModel.Condition()
        condition.event = .pageView
        model = Self.valid
        model.rules = (0...Limits.rules).map { ScoringModel.Rule(name: "r\($0)", condition: condition, points: 1) }
        #expect(model.problems().map(\.field) == ["rules"])
    }

    @Test func aModelThatNoRecordCanHoldIsRefused() {
        var model = Self.valid
        let filling = String(repeating: "a", count: 240)
        model.pages = (0..<1_500).map { ScoringModel.PageRule(pattern: "/\($0)/\(filling)", points: 1) }
        #expect(model.problems().map(\.field) == ["model"])
    }

    @Test func numbersThatAreNoneAreRefused() {
        var model = Self.valid
        model.unconfirmed = .nan
        model.claimedMax = .infinity
        model.stages.hot.enter = .nan
        let fields = model.problems().map(\.field)
        #expect(fields.contains("unconfirmed"))
        #expect(fields.contains("claimed_max"))
        #expect(fields.contains("stages.hot.enter"))
    }

    @Test func doubledGradesAndGroupsAreRefused() {
        var model = Self.valid
        model.groups = [model.groups[0], model.groups[0]]
        let levels = ScoringModel.Levels(enter: 500, leave: 400)
        model.stages.hotByGrade = [.init(grade: .a, levels: levels), .init(grade: .a, levels: levels)]
        #expect(model.problems().map(\.field) == ["groups.g0", "stages.hot.by_grade.A"])
    }
}
