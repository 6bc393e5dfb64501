/// The rules that may match an event, found by what they ask of it: its kind, then the path of its page or its name.
///
/// A model may have a thousand rules, most of them on pages or events of their own. So what a fact costs must grow
/// with the rules that match it, not with those there are. What is found here is a candidate: everything a rule asks is
/// looked at afterwards.
struct RuleIndex: Sendable {
    /// A set of rules by their numbers, on the stack.
    private struct Candidates {
        private var words = InlineArray<16, UInt64>(repeating: 0)

        mutating func insert(_ rule: Int) { self.words[rule / 64] |= 1 << UInt64(rule % 64) }

        /// Calls `body` with every number, ascending.
        func forEach(_ body: (Int) -> Void) {
            for place in self.words.indices {
                var word = self.words[place]
                while word != 0 {
                    body(place * 64 + word.trailingZeroBitCount)
                    word &= word - 1
                }
            }
        }
    }

    /// The rules on one kind of event.
    private struct OfKind: Sendable {
        /// Those that ask for neither path nor name.
        var always: [Int] = []
        var paths = PatternTable(patterns: [])
        var rulesByPath: [Int] = []
        var rulesByName: [UInt64: [Int]] = [:]
    }

    private let kinds: [OfKind?]

    // Names are the author's, not an attacker's, and two that share a hash only make a candidate more.
    private static let nameKey = SipKey(0, 0)

    /// An index of rules. Their number is at most ``Limits/rules``.
    init(_ rules: [CompiledRule]) {
        precondition(rules.count <= 1_024, "a model has at most Limits.rules rules")
        var kinds = [OfKind?](repeating: nil, count: 256)
        for kind in EventKind.allCases {
            var ofKind = OfKind()
            var patterns: [String] = []
            for (number, rule) in rules.enumerated() where rule.condition.silent == nil {
                guard rule.condition.event == nil || rule.condition.event == kind else { continue }
                if let path = rule.condition.path {
                    patterns.append(path)
                    ofKind.rulesByPath.append(number)
                } else if let name = rule.condition.name {
                    ofKind.rulesByName[SipHash.hash(name, key: Self.nameKey), default: []].append(number)
                } else {
                    ofKind.always.append(number)
                }
            }
            ofKind.paths = PatternTable(patterns: patterns)
            kinds[Int(kind.rawValue)] = ofKind
        }
        self.kinds = kinds
    }

    /// Calls `body` with the number of every rule that may match, in the author's order.
    func forEachCandidate(
        _ kind: EventKind,
        path: UnsafeRawBufferPointer,
        name: UnsafeRawBufferPointer,
        _ body: (Int) -> Void
    ) {
        guard let ofKind = self.kinds[Int(kind.rawValue)] else { return }
        if ofKind.rulesByPath.isEmpty, ofKind.rulesByName.isEmpty {
            for number in ofKind.always { body(number) }
            return
        }
        var candidates = Candidates()
        for number in ofKind.always { candidates.insert(number) }
        if !ofKind.rulesByPath.isEmpty, !path.isEmpty {
            ofKind.paths.forEachMatch(path) { candidates.insert(ofKind.rulesByPath[$0]) }
        }
        if !ofKind.rulesByName.isEmpty, !name.isEmpty {
            for number in ofKind.rulesByName[SipHash.hash(name, key: Self.nameKey)] ?? [] { candidates.insert(number) }
        }
        candidates.forEach(body)
    }
}
