import Demo
import Foundation
import Testing

@Suite struct DemoPageTests {
    @Test(arguments: DemoPage.all, DemoLanguage.allCases)
    func eachChoiceIsExplainedOnEachPage(page: DemoPage, language: DemoLanguage) {
        let texts = DemoChoice.allCases.map { $0.explanation(on: page, language) }
        #expect(Set(texts).count == DemoChoice.allCases.count)
        for text in texts { #expect(text.hasPrefix("<p><strong>")) }
    }

    @Test func theExplanationsSayWhatIsKept() {
        let page = DemoPage.at("/tarifs") ?? DemoPage.all[0]
        let undecided = DemoChoice.none.explanation(on: page, .english)
        #expect(undecided.contains("day total") && undecided.contains("no profile"))
        let refused = DemoChoice.denied.explanation(on: page, .english)
        #expect(refused.contains("One counter") && refused.contains("There is no profile"))
        #expect(refused.contains("because without your consent"))
        let accepted = DemoChoice.granted.explanation(on: page, .english)
        #expect(accepted.contains("/tarifs") && accepted.contains("+15 points"))
        #expect(DemoChoice.signal.explanation(on: page, .english).contains("Global Privacy Control"))
        #expect(DemoChoice.denied.explanation(on: page, .french).contains("Il n'y a pas de profil"))
    }

    @Test func thePagesSayThePointsOfTheModel() throws {
        let files = DemoFiles(dataDirectory: "unused")
        let model = try String(contentsOfFile: try files.model(), encoding: .utf8)
        let pages = try #require(model.components(separatedBy: "\npages:\n").dropFirst().first)
        var points: [String: Int] = [:]
        for line in pages.split(separator: "\n", omittingEmptySubsequences: false).prefix(while: { !$0.isEmpty }) {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            let value = parts[1].replacingOccurrences(of: "{ points: ", with: "").prefix { $0 == "-" || $0.isNumber }
            points[parts[0]] = Int(value)
        }
        #expect(points.count == 8)
        for page in DemoPage.all {
            let inFamily = page.path.hasPrefix("/etudes-de-cas/") ? points["/etudes-de-cas/*"] : nil
            #expect(page.points == points[page.path] ?? inFamily ?? points["/**"], "\(page.path)")
        }
    }

    @Test func theLanguageIsTheOneAskedForElseTheBrowsersElseFrench() {
        #expect(DemoLanguage(asked: "en", accepted: "fr") == .english)
        #expect(DemoLanguage(asked: nil, accepted: "en-GB,en;q=0.9,fr;q=0.5") == .english)
        #expect(DemoLanguage(asked: "de", accepted: "de, fr") == .french)
        #expect(DemoLanguage(asked: nil, accepted: nil) == .french)
    }
}

@Suite struct DemoFilesTests {
    @Test func theSecretIsMadeOnceAndReadableForItsOwnerOnly() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let files = DemoFiles(dataDirectory: directory)
        try files.prepare()
        let secret = try files.secret()
        #expect(WebhookVerifier(secret: secret) != nil)
        #expect(try files.secret() == secret)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/demo-secret")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(files.key == nil)
        try Data("vdg_x\n".utf8).write(to: URL(filePath: files.keyFile))
        #expect(files.key == "vdg_x")
    }
}
