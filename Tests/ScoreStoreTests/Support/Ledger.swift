import Domain
import Foundation

/// The ledger as the catalog would hold it, built from effects and nothing else.
struct Ledger {
    struct Key: Hashable {
        var contact: ContactID
        var entry: EntryID
    }

    struct Line {
        var group: String
        var decay: Double
        /// What it counts; 0 while it is held or when it was dropped.
        var granted: Double
        var isProvisional: Bool
    }

    private(set) var lines: [Key: Line] = [:]
    /// What the effects got wrong.
    private(set) var faults: [String] = []

    mutating func apply(_ effect: Effect) {
        switch effect.body {
        case .entry(let entry):
            let key = Key(contact: entry.contact, entry: entry.id)
            if self.lines[key] != nil { self.faults.append("entry \(entry.id) twice") }
            let isProvisional = entry.state == .provisional
            if isProvisional, entry.granted != 0 { self.faults.append("held entry \(entry.id) counts") }
            self.lines[key] = Line(
                group: entry.group,
                decay: entry.decay,
                granted: entry.granted,
                isProvisional: isProvisional
            )
        case .entrySettled(let entry, let contact, let granted, _):
            self.close(Key(contact: contact, entry: entry), granted: granted)
        case .entryDropped(let entry, let contact, _):
            self.close(Key(contact: contact, entry: entry), granted: 0)
        case .entryReversed(let entry, let contact, let by, _):
            if self.lines[Key(contact: contact, entry: entry)] == nil { self.faults.append("reverses nothing") }
            if self.lines[Key(contact: contact, entry: by)] == nil { self.faults.append("reversed by nothing") }
        case .entryConfirmed(let entry, let contact):
            if self.lines[Key(contact: contact, entry: entry)] == nil { self.faults.append("confirms nothing") }
        case .entryRepeated(let entry, let contact):
            // A limited rule that only alerts has no line of its own.
            _ = self.lines[Key(contact: contact, entry: entry)]
        case .contactErased(let contact):
            self.lines = self.lines.filter { $0.key.contact != contact }
        default: break
        }
    }

    private mutating func close(_ key: Key, granted: Double) {
        guard self.lines[key]?.isProvisional == true else {
            self.faults.append("entry \(key.entry) is not held")
            return
        }
        self.lines[key]?.granted = granted
        self.lines[key]?.isProvisional = false
    }

    /// Whether a contact has lines.
    var contacts: Set<ContactID> { Set(self.lines.keys.map(\.contact)) }

    /// Sum and sum of magnitudes of a contact's lines by group, at readings of the groups' clocks.
    func sums(_ contact: ContactID, reading: (String) -> Double) -> [String: (sum: Double, magnitude: Double)] {
        var sums: [String: (sum: Double, magnitude: Double)] = [:]
        for (key, line) in self.lines where key.contact == contact {
            let worth = line.granted * exp2(line.decay - reading(line.group))
            let before = sums[line.group] ?? (0, 0)
            sums[line.group] = (before.sum + worth, before.magnitude + worth.magnitude)
        }
        return sums
    }
}
