import Domain
import Foundation
import Settings
import TestSupport
import Testing

/// The repository's root, from where this file lies in it.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

@Suite struct ModelFileTests {
    @Test(arguments: 0..<300) func aRandomModelWrittenAndReadBackIsEqual(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let model = RandomModel.make(&random)
        #expect(try ModelFile.parse(ModelWriter.yaml(model), file: "random.yaml").get() == model)
    }

    @Test func theDesignsExampleIsRead() throws {
        let model = try ModelFile.parse(Samples.design, file: "model.yaml").get()
        #expect(model.version == 3)
        #expect(model.groups.map(\.name) == ["web", "mail", "sales"])
        #expect(model.groups[0] == ScoringModel.Group(name: "web", halfLife: .days(30), max: 100))
        #expect(model.pages.map(\.points) == [15, 5, -10, 1])
        #expect(model.pages[0].limit == ScoringModel.Limit(count: 2, window: .days(1)))
        #expect(model.pages[1].topic == "maintenance")
        #expect(model.rules[0].condition.visit == .return)
        #expect(model.rules[0].condition.after == .days(7))
        #expect(model.rules[1].hold == .seconds(10))
        #expect(model.rules[2].alert == .immediate)
        #expect(model.rules[3].condition.contact == [ScoringModel.FieldMatch(field: "role", value: "decision")])
        #expect(model.rules[4].condition.silent == .days(90))
        #expect(model.rules[4].alert == .digest)
        #expect(model.excludedStatuses == ["competitor", "employee", "supplier"])
        #expect(model.fit.weight[0].bands.map(\.from) == [0, 10_000, 50_000])
        #expect(model.fit.potential[1].values == [ScoringModel.ValuePoints(value: "industry", points: 5)])
        #expect(model.fit.grades.map(\.grade) == [.a, .b, .c])
        #expect(model.stages.hotByGrade.map(\.grade) == [.a, .c])
        #expect(model.stages.hotByGrade[1].levels == ScoringModel.Levels(enter: 120, leave: 90))
    }

    @Test(arguments: ["model.b2b.yaml", "model.demo.yaml"]) func aShippedModelIsValid(name: String) throws {
        let path = repository.appending(path: "config/\(name)").path
        let model = try ModelFile.load(path: path).get()
        #expect(!model.pages.isEmpty && !model.rules.isEmpty)
    }

    @Test func threePagesAndAQuoteMakeADemoContactHot() throws {
        let model = try ModelFile.load(path: repository.appending(path: "config/model.demo.yaml").path).get()
        let table = PatternTable(patterns: model.pages.map(\.pattern))
        func points(_ path: String) throws -> Double {
            let index = try #require(Array(path.utf8).withUnsafeBytes { table.bestMatch($0) })
            return model.pages[index].points
        }
        let quote = try #require(model.rules.first { $0.condition.event == .quoteView }).points
        let others = ["/", "/produits/maintenance", "/produits/energie", "/contact", "/etudes-de-cas/usine", "/autre"]
        for (index, first) in others.enumerated() {
            for second in others[(index + 1)...] {
                let score = try points(first) + points(second) + points("/tarifs") + quote
                #expect(score > model.stages.hot.enter, "\(first), \(second), /tarifs")
            }
        }
        #expect(try points("/carrieres") < 0)
    }

    @Test func allProblemsAreToldAtOnceInTheOrderOfTheFile() {
        let text = Samples.minimal.replacing("max: 100", with: "max: lots").replacing("leave: 20", with: "leaves: 20")
        let problems = Samples.problems(text)
        #expect(
            problems == [
                #"m.yaml:3: groups.web.max: expected a number, got "lots""#,
                "m.yaml:5: stages.warm.leaves: unknown key (did you mean leave?)",
                "m.yaml:5: stages.warm.leave: expected a number, got nothing",
            ]
        )
    }

    @Test func aDeepNestIsRefusedWithoutHarm() {
        let problems = Samples.problems(String(repeating: "[", count: 200_000))
        #expect(problems.count == 1)
        let blocks = Samples.problems("a: " + String(repeating: "{a: ", count: 50_000))
        #expect(blocks.count == 1)
    }

    @Test func aNestOfAliasesIsRefusedBeforeItIsOpened() {
        var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (previous, name) in zip("abcdefghij", "bcdefghijk") {
            text += "\(name): &\(name) [" + repeatElement("*\(previous)", count: 9).joined(separator: ",") + "]\n"
        }
        let expected = "m.yaml:1: expected no anchors and aliases; put quotes around a word in & or *"
        #expect(Samples.problems(text + "? *k\n: 1\n") == [expected])
    }

    @Test(arguments: 0..<200) func aDamagedFileIsReadOrRefusedButNeverCrashes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = Array(Samples.design.utf8)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let index = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: index)
            default:
                bytes.insert(contentsOf: Array("{}[]:-,\"'#|>%@".utf8).shuffled(using: &random).prefix(2), at: index)
            }
        }
        switch ModelFile.parse(String(decoding: bytes, as: UTF8.self), file: "m.yaml") {
        case .success(let model): #expect(model.problems().isEmpty)
        case .failure(let problems): #expect(!problems.problems.isEmpty)
        }
    }

    @Test func aFileThatIsNoTextOrTooLongIsRefused() throws {
        let directory = FileManager.default.temporaryDirectory
        let url = directory.appending(path: "vendange-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: url) }
        func message() -> String? {
            guard case .failure(let problems) = ModelFile.load(path: url.path) else { return nil }
            return problems.problems.map(\.message).joined()
        }
        #expect(message() == "expected a file that can be read")
        try Data([0x61, 0xff, 0xfe]).write(to: url)
        #expect(message() == "expected text in UTF-8")
        try Data(repeating: 0x23, count: 262_145).write(to: url)
        #expect(message() == "expected at most 262144 bytes, got more")
    }

    @Test func noMoreThanAHundredProblemsAreTold() {
        let keys = (0..<500).map { "k\($0): 1\n" }.joined()
        #expect(Samples.problems(keys).count == 100)
    }
}
