/// A ledger entry as the catalog holds it, with what became of it.
package struct LedgerRow: Equatable, Sendable {
    /// Where it stands. An entry that was taken back stays settled: the entry that did so is in the sum as well.
    package enum State: String, Sendable, CaseIterable {
        /// Counts.
        case settled
        /// Held; counts nothing yet.
        case provisional
        /// Never counted and never will.
        case dropped
    }

    /// The entry; `granted` and `capped` as of now. Its own `state` is settled for a dropped one: ask ``state``.
    package var entry: LedgerEntry
    /// Where it stands.
    package var state: State
    /// Why it was dropped or taken back; nil if it was not.
    package var reason: ReversalReason?
    /// The entry that took it back; nil if none did.
    package var reversedBy: EntryID?
    /// Further matches over the limit.
    package var repeats: UInt32
    /// The page's address; empty for none.
    package var url: String
    /// The page's title; empty for none.
    package var title: String
    /// The name of the message or the title of the quote; empty for neither.
    package var objectName: String

    /// A row.
    package init(entry: LedgerEntry, state: State) {
        self.entry = entry
        self.state = state
        self.reason = nil
        self.reversedBy = nil
        self.repeats = 0
        self.url = ""
        self.title = ""
        self.objectName = ""
    }
}

extension LedgerEntry.Origin {
    /// The name in the catalog and the API.
    package var name: String {
        switch self {
        case .page: "page"
        case .rule: "rule"
        case .beforeIdentification: "before_identification"
        case .confirmation: "confirmation"
        case .manual: "manual"
        case .reversal: "reversal"
        }
    }

    /// The origin of a name.
    package init?(name: String) {
        switch name {
        case "page": self = .page
        case "rule": self = .rule
        case "before_identification": self = .beforeIdentification
        case "confirmation": self = .confirmation
        case "manual": self = .manual
        case "reversal": self = .reversal
        default: return nil
        }
    }
}

/// A ledger's entries up to a place, summed up.
package struct EarlierEntries: Equatable, Sendable {
    /// How many there are; those that count nothing, too.
    package var count = 0
    /// What the settled ones of each group are worth together, each at a reading of the group's clock; sorted by group.
    package private(set) var balances: [NamedBalance] = []

    /// None.
    package init() {}

    /// Adds an entry: what it counts, nil if it does not.
    package mutating func add(group: String, granted: Double?, decay: Double) {
        self.count += 1
        guard let granted else { return }
        let index = self.balances.firstIndex { $0.group >= group } ?? self.balances.count
        if index == self.balances.count || self.balances[index].group != group {
            self.balances.insert(NamedBalance(group: group, topic: "", value: 0, decay: decay), at: index)
        }
        let now = max(self.balances[index].decay, decay)
        let before = self.balances[index].value * Exp2.power(self.balances[index].decay - now)
        self.balances[index].value = before + granted * Exp2.power(decay - now)
        self.balances[index].decay = now
    }
}

/// What a score is checked with, all read in one transaction.
package struct ExplainSnapshot: Equatable, Sendable {
    /// The contact.
    package var contact: ContactRow
    /// The newest entries, oldest first; dropped ones too, since they say why points are missing.
    package var entries: [LedgerRow]
    /// What the entries before these add up to.
    package var earlier: EarlierEntries
    /// How far the log was applied then; nil in a fresh catalog.
    package var applied: LogPosition?

    /// A snapshot.
    package init(contact: ContactRow, entries: [LedgerRow], earlier: EarlierEntries, applied: LogPosition?) {
        self.contact = contact
        self.entries = entries
        self.earlier = earlier
        self.applied = applied
    }
}
