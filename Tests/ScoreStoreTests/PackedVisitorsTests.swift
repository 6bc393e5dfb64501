import Domain
import TestSupport
import Testing

@testable import ScoreStore

/// The heap of packed visitors against a dictionary of arrays.
@Suite struct PackedVisitorsTests {
    @Test(arguments: 0..<40) func holdsWhatADictionaryHolds(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var packed = PackedVisitors()
        var model: [VisitorID: [UInt8]] = [:]
        // Few ids, so that entries come, grow, shrink and go many times.
        let ids = (0..<Int.random(in: 1...200, using: &random)).map { VisitorID(high: UInt64($0) &* 7, low: seed) }
        for _ in 0..<3_000 {
            let id = ids[Int.random(in: 0..<ids.count, using: &random)]
            if Int.random(in: 0..<4, using: &random) == 0 {
                packed.remove(id)
                model[id] = nil
            } else {
                let count = Int.random(in: 0...(seed.isMultiple(of: 8) ? 2_000 : 60), using: &random)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                let old = packed.set(id, bytes) { Array($0) }
                #expect(old == model.updateValue(bytes, forKey: id))
            }
            #expect(packed.count == model.count)
        }
        for id in ids { #expect(packed.withBytes(of: id) { Array($0) } == model[id]) }
        var all: [VisitorID: [UInt8]] = [:]
        packed.forEachVisitor { id, bytes in all[id] = Array(bytes) }
        #expect(all == model)
    }

    @Test func theLongestEntryFitsAndComesBackWhole() {
        var packed = PackedVisitors()
        let id = VisitorID(high: 1, low: 2)
        let bytes = [UInt8](repeating: 9, count: PackedVisitors.mostBytes)
        packed.set(id, bytes) { _ in }
        packed.set(VisitorID(high: 3, low: 4), [1]) { _ in }
        #expect(packed.withBytes(of: id) { Array($0) } == bytes)
    }
}
