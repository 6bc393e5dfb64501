import Foundation
import Testing

/// What libFuzzer found worth keeping, crashers of the past among it, read again in every run of the tests.
@Suite struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases) func everyInputKeptKeepsItsPromise(_ target: FuzzTarget) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/fuzz/\(target.rawValue)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(!names.isEmpty)
        for name in names {
            let input = try Data(contentsOf: folder.appending(path: name))
            #expect(throws: Never.self, "\(name)") { try input.withUnsafeBytes { try target.run($0) } }
        }
    }
}
