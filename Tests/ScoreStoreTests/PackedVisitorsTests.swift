import Domain
import TestSupport
import Testing

@testable import ScoreStore

/// Packed visitors against a dictionary of arrays.
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
        #expect(VisitorChunk().hasRoom(for: PackedVisitors.mostBytes), "a chunk does not outgrow its page")
    }

    /// What docs/limits.md says of memory.
    @Test func aVisitorWhoHasAllTheyMayTakesNoMoreThanIsStated() {
        let now = Workload.start.adding(.days(400))
        var visitor = Visitor(id: VisitorID(high: 1, low: 2), at: Workload.start)
        visitor.lastSeen = now
        visitor.lastConfirmed = Workload.start
        (visitor.visits, visitor.pageViews) = (1 << 20, 1 << 28)
        for topic in 0...UInt8(Limits.topicsPerProfile) {
            for group in 0..<2 as Range<UInt8> where group == 0 || topic == 0 {
                visitor.balances.add(0.1, group: group, topic: topic, grantedAt: 1, now: 1)
            }
        }
        for rule in 0..<UInt32(Limits.limitWindowsPerVisitor) {
            let entry = EntryID(offset: 1 << 40, ordinal: 1)
            let limit = ScoringModel.Limit(count: 3, window: .days(300))
            _ = visitor.windows.decide(
                key: .max - rule,
                limit: limit,
                at: now,
                entry: entry,
                capacity: Limits.limitWindowsPerVisitor
            )
        }
        visitor.pages = (1...UInt64(Limits.rememberedPages)).map {
            RememberedPage(page: PageKey(.max - $0), time: .distantPast)
        }
        for load in 1...UInt64(Limits.rememberedPageLoads) {
            for counter in 0..<UInt16(100) {
                _ = visitor.seen.insert(nonce: .max - load, counter: .max - 100 + counter)
            }
        }
        var writer = ByteWriter()
        visitor.pack(into: &writer)
        let packed = writer.bytes.count
        // As many as a chunk holds, of a page's bytes each.
        var chunk = VisitorChunk()
        var count = 0
        while chunk.hasRoom(for: packed) {
            _ = chunk.append(visitor.id, writer.bytes)
            count += 1
        }
        #expect(4_096 / count <= 690, "\(packed) bytes, \(count) in a chunk")
    }

    /// With so many, several have the same tag and lie in one row of the table.
    @Test(arguments: 0..<4 as Range<UInt64>) func placesAreFoundMovedAndTakenOut(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var table = VisitorPlaces()
        var model: [VisitorID: VisitorPlaces.Place] = [:]
        var owners: [Int: VisitorID] = [:]
        let key = { (place: VisitorPlaces.Place) in place.chunk << 12 | place.offset }
        let find = { (table: VisitorPlaces, id: VisitorID, owners: [Int: VisitorID]) -> Int? in
            var probe = table.probe(id)
            while let place = table.place(&probe) {
                if owners[key(place)] == id { return probe.index }
                probe.advance()
            }
            return nil
        }
        for number in 0..<4_000 {
            if table.isFull {
                table.grow()
                for (id, place) in model { table.insert(id, at: place) }
            }
            let id = VisitorID(high: random.next(), low: random.next())
            let place = VisitorPlaces.Place(chunk: number, offset: number % 500 * 8)
            table.insert(id, at: place)
            (model[id], owners[key(place)]) = (place, id)
            guard number % 3 > 0, let other = model.keys.randomElement(using: &random), let old = model[other] else {
                continue
            }
            if number % 3 == 1, let index = find(table, other, owners) {
                table.remove(at: index) { owners[key($0)] ?? id }
                (model[other], owners[key(old)]) = (nil, nil)
            } else {
                let new = VisitorPlaces.Place(chunk: 4_000 + number, offset: old.offset)
                table.move(other, from: old, to: new)
                owners[key(old)] = nil
                (model[other], owners[key(new)]) = (new, other)
            }
        }
        #expect(table.count == model.count)
        for (id, place) in model { #expect(find(table, id, owners).map { table[$0] } == place) }
    }
}
