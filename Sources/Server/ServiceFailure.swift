import ScoreStore

/// Why a running service ends by itself.
enum ServiceFailure: Error, CustomStringConvertible {
    /// The scorer has stopped for good: events would be taken and never folded.
    case scorerStopped(ScorerFailure)

    /// What happened and what to do.
    var description: String {
        switch self {
        case .scorerStopped(.record(let offset, let failure)):
            "the scorer cannot read the record \(offset) (\(failure)); it was written by a newer version, or this is a "
                + "defect: start the version that wrote it"
        case .scorerStopped(.log(let failure)):
            "the scorer cannot read the log (\(failure)): check it with `vendange log verify`"
        case .scorerStopped(.derived(let refusal)):
            "the scorer cannot write to the log (\(refusal)): start the service again"
        }
    }
}
