import TestSupport

/// How often each part has its turn. Drawn for each run: a log that is slow against the fold, or a catalog that is slow
/// against both, opens windows that an even pace would hardly ever show.
struct Pace {
    enum Operation: CaseIterable {
        case request, work, commit, fold, apply, dispatch, checkpoint, fault

        fileprivate var weight: Int {
            switch self {
            case .request, .commit: 22
            case .work: 12
            case .fold: 18
            case .apply: 14
            case .dispatch: 9
            case .checkpoint: 4
            case .fault: 3
            }
        }
    }

    private let weights: [(operation: Operation, weight: Int)]
    private let total: Int

    init(_ random: inout SeededRandom) {
        var weights: [(operation: Operation, weight: Int)] = []
        for operation in Operation.allCases {
            let thirds = [3, 3, 3, 1, 9].randomElement(using: &random) ?? 3
            weights.append((operation, operation.weight * thirds))
        }
        self.weights = weights
        self.total = weights.reduce(0) { $0 + $1.weight }
    }

    func next(_ random: inout SeededRandom) -> Operation {
        var draw = Int.random(in: 0..<self.total, using: &random)
        for (operation, weight) in self.weights {
            draw -= weight
            if draw < 0 { return operation }
        }
        return .commit
    }
}
