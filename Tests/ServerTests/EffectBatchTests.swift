import Domain
import Server
import Testing

@Suite struct EffectBatchTests {
    /// Effects of these offsets, in order.
    private func cut(_ offsets: [UInt64], through: UInt64, limit: Int) -> [(offsets: [UInt64], through: UInt64)] {
        let effects = offsets.enumerated().map { index, offset in
            Effect(
                offset: offset,
                slot: Slot(1),
                ordinal: UInt32(index),
                time: .distantPast,
                body: .contactErased(ContactID(1))
            )
        }
        var batch = EffectBatch(effects, through: through, limit: limit)
        var parts: [(offsets: [UInt64], through: UInt64)] = []
        while let part = batch.next() { parts.append((part.effects.map(\.offset), part.through)) }
        return parts
    }

    @Test func theEffectsOfOneRecordStayTogether() {
        let parts = self.cut([1, 2, 2, 2, 2, 5, 6], through: 9, limit: 2)
        #expect(parts.map(\.offsets) == [[1, 2, 2, 2, 2], [5, 6]])
        #expect(parts.map(\.through) == [5, 9])
    }

    @Test func aRecordWithMoreEffectsThanATransactionHasOneOfItsOwn() {
        let parts = self.cut([3, 3, 3, 3, 3], through: 4, limit: 2)
        #expect(parts.map(\.offsets) == [[3, 3, 3, 3, 3]])
        #expect(parts.map(\.through) == [4])
    }

    @Test func nothingIsAPositionAllTheSame() {
        let parts = self.cut([], through: 12, limit: 4)
        #expect(parts.map(\.offsets) == [[]])
        #expect(parts.map(\.through) == [12])
    }

    @Test(arguments: 1...8) func everyEffectIsInOneTransactionBelowItsPosition(limit: Int) {
        let offsets: [UInt64] = [0, 0, 1, 3, 3, 3, 4, 8, 8, 9]
        let parts = self.cut(offsets, through: 20, limit: limit)
        #expect(parts.flatMap(\.offsets) == offsets)
        var floor: UInt64 = 0
        for part in parts {
            for offset in part.offsets { #expect(offset >= floor && offset < part.through) }
            floor = part.through
        }
        #expect(floor == 20)
    }
}
