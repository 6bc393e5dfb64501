import Domain
import Foundation

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed.
struct ImportRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var word = self.state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

func importFixture(_ name: String) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/import/\(name)")))
}

/// Every row of a file with its outcome, against contacts that were imported before.
func runThrough(
    _ bytes: [UInt8],
    existing: [ContactKey: UInt64] = [:]
) throws -> (run: ImportRun, rows: [ImportedRow]) {
    var run = try ImportRun(try ImportFile(bytes: bytes))
    var rows: [ImportedRow] = []
    while let row = run.next(existing: { existing[$0] }) { rows.append(row) }
    return (run, rows)
}

extension ImportedRow {
    var draft: ContactDraft? {
        switch self.outcome {
        case .new(let draft), .changed(let draft), .unchanged(let draft): draft
        case .duplicate, .refused: nil
        }
    }
}

extension ContactDraft {
    func value(_ name: String) -> String? { self.fields.first { $0.name == name }?.value }
}
