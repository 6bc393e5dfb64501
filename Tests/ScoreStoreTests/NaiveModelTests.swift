import Domain
import Foundation
import ScoreStore
import TestSupport
import Testing

/// The fold against the rules written a second time with lists and sums.
@Suite struct NaiveModelTests {
    private struct Pair {
        var bench = SlotBench()
        var naive = NaiveModel()

        mutating func run(_ step: LogStep) throws {
            try self.bench.run(step)
            try self.naive.run(step)
        }

        /// What differs between the two at a time; nil if nothing does.
        func difference(at now: Timestamp) -> String? {
            for id in Workload.contacts + Workload.claimed {
                let contact = self.bench.contact(id)
                let naive = self.naive.contacts[id]
                guard let contact, let naive else {
                    if contact != nil || naive != nil { return "only one knows \(id)" }
                    continue
                }
                if let difference = self.difference(contact, naive, at: now) { return "\(id): \(difference)" }
            }
            for (id, naive) in self.naive.visitors {
                guard let visitor = self.bench.visitor(id) else { return "visitor \(id) is missing" }
                if visitor.contact != naive.contact { return "visitor \(id) is tied otherwise" }
                if visitor.visits != naive.visits || visitor.pageViews != naive.pageViews { return "visits of \(id)" }
                if let difference = self.difference(visitor.balances, naive.entries, at: now) {
                    return "visitor \(id): \(difference)"
                }
            }
            return nil
        }

        private func difference(_ contact: Contact, _ naive: NaiveContact, at now: Timestamp) -> String? {
            if let difference = self.difference(contact.balances, naive.entries, at: now) { return difference }
            if contact.ripeness.stage != naive.stage { return "stage \(contact.ripeness.stage), not \(naive.stage)" }
            if contact.ripeness.isHandedOver != naive.isHandedOver { return "handed over" }
            if contact.ripeness.awaitsConfirmation != naive.waits { return "awaits confirmation" }
            if contact.lastConfirmed != naive.lastConfirmed { return "last confirmed" }
            if contact.visits != naive.visits { return "visits" }
            if contact.pageViews != naive.pageViews { return "page views" }
            if contact.firstSeen != naive.firstSeen { return "first seen" }
            if contact.ripeness.awaitsCooldown != naive.cools { return "awaits the cooldown" }
            if contact.provisional.count != naive.held.count { return "held entries" }
            // With negative points the fold may look early, but never late; what it does then is compared by its notes.
            if contact.stageEnd > naive.stageEnd { return "stage end \(contact.stageEnd), not \(naive.stageEnd)" }
            return nil
        }

        private func difference(_ balances: Balances, _ entries: NaiveEntries, at now: Timestamp) -> String? {
            guard let model = self.bench.models.models.last else { return nil }
            for (number, group) in model.groupNames.enumerated() {
                let total = balances.total(group: UInt8(number), now: model.clocks[number].reading(at: now))
                let sum = entries.sum(self.naive.rules, at: now) { $0.group == group }
                let magnitude = entries.list.reduce(0) { $0 + ($1.group == group ? $1.points.magnitude : 0) }
                if (total - sum).magnitude > 1e-9 * max(1, magnitude) { return "\(group) is \(total), not \(sum)" }
                for (index, topic) in model.topicNames.enumerated() {
                    let reading = model.clocks[number].reading(at: now)
                    let worth = balances.list.reduce(0) { sum, balance in
                        let isMeant = balance.group == UInt8(number) && balance.topic == UInt8(index)
                        return isMeant ? sum + balance.value(at: reading) : sum
                    }
                    let expected = entries.sum(self.naive.rules, at: now) { $0.group == group && $0.topic == topic }
                    if (worth - expected).magnitude > 1e-9 * max(1, magnitude) {
                        return "\(group), \(topic) is \(worth), not \(expected)"
                    }
                }
            }
            return nil
        }
    }

    @Test(arguments: 0..<300) func theFoldAgreesWithTheRulesWrittenASecondTime(seed: UInt64) throws {
        let workload = Workload(seed: seed, count: 140)
        var pair = Pair()
        for (number, step) in workload.steps.enumerated() {
            try pair.run(step)
            let difference = pair.difference(at: step.time)
            guard difference == nil else {
                Issue.record("seed \(seed), step \(number), \(step.items.map(\.kind)): \(difference ?? "")")
                return
            }
        }
        for id in Workload.contacts + Workload.claimed where pair.naive.contacts[id] != nil {
            let told = pair.bench.notifications.filter { $0.notification.contact == id }
            let notes = told.map { note in
                NaiveModel.Note(time: note.time, kind: note.notification.kind, detail: note.notification.detail)
            }
            let expected = pair.naive.notes[id] ?? []
            #expect(Array(notes.suffix(expected.count)) == expected, "seed \(seed), contact \(id)")
        }
    }
}
