/// The rules that may match an event, found by what they ask of it: its kind, then the path of its page or its name.
///
/// A model may have a thousand rules, most of them on pages or events of their own. So what a fact costs must grow
/// with the rules that match it, not with those there are. What is found here is a candidate: everything a rule asks is
/// looked at afterwards.
struct RuleIndex: Sendable {
    /// A set of rules by their numbers, on the stack.
    private struct Candidates {
        private var words = InlineArray<16, UInt64>(repeating: 0)

        // The words that may be other than 0.
        private var touched = 0..<0

        mutating func insert(_ rule: Int) {
            let place = rule / 64
            self.words[place] |= 1 << UInt64(rule % 64)
            self.touched =
                self.touched.isEmpty
                ? place..<(place + 1)
                : min(self.touched.lowerBound, place)..<max(self.touched.upperBound, place + 1)
        }

        /// Calls `body` with every number, ascending.
        func forEach(_ body: (Int) -> Void) {
            for place in self.touched {
                var word = self.words[place]
                while word != 0 {
                    body(place * 64 + word.trailingZeroBitCount)
                    word &= word - 1
                }
            }
        }
    }

    /// The rules on one kind of event. A class, so that a look-up copies no lists.
    private final class OfKind: Sendable {
        /// Those that ask for neither path nor name.
        let always: [Int]
        let paths: PatternTable
        let rulesByPath: [Int]
        let rulesByName: [UInt64: [Int]]

        init(_ kind: EventKind, _ rules: [CompiledRule]) {
            var always: [Int] = []
            var patterns: [String] = []
            var rulesByPath: [Int] = []
            var rulesByName: [UInt64: [Int]] = [:]
            for (number, rule) in rules.enumerated() where rule.condition.silent == nil {
                guard rule.condition.event == nil || rule.condition.event == kind else { continue }
                if let path = rule.condition.path {
                    patterns.append(path)
                    rulesByPath.append(number)
                } else if let name = rule.condition.name {
                    rulesByName[SipHash.hash(name, key: RuleIndex.nameKey), default: []].append(number)
                } else {
                    always.append(number)
                }
            }
            self.always = always
            self.paths = PatternTable(patterns: patterns)
            self.rulesByPath = rulesByPath
            self.rulesByName = rulesByName
        }

        func forEachCandidate(path: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
            var candidates = Candidates()
            for index in self.always.indices { candidates.insert(self.always[index]) }
            if !self.rulesByPath.isEmpty, !path.isEmpty {
                self.paths.forEachMatch(path) { candidates.insert(self.rulesByPath[$0]) }
            }
            if !self.rulesByName.isEmpty, !name.isEmpty {
                for number in self.rulesByName[SipHash.hash(name, key: RuleIndex.nameKey)] ?? [] {
                    candidates.insert(number)
                }
            }
            candidates.forEach(body)
        }
    }

    private let kinds: [OfKind?]

    // Names are the author's, not an attacker's, and two that share a hash only make a candidate more.
    private static let nameKey = SipKey(0, 0)

    /// An index of rules. Their number is at most ``Limits/rules``.
    init(_ rules: [CompiledRule]) {
        precondition(rules.count <= 1_024, "a model has at most Limits.rules rules")
        var kinds = [OfKind?](repeating: nil, count: 256)
        for kind in EventKind.allCases { kinds[Int(kind.rawValue)] = OfKind(kind, rules) }
        self.kinds = kinds
    }

    /// Calls `body` with the number of every rule that may match, in the author's order.
    func forEachCandidate(
        _ kind: EventKind,
        path: UnsafeRawBufferPointer,
        name: UnsafeRawBufferPointer,
        _ body: (Int) -> Void
    ) {
        self.kinds[Int(kind.rawValue)]?.forEachCandidate(path: path, name: name, body)
    }
}
