import ArgumentParser

/// Measures the core in process: what one event costs to decode, to log, to fold and to keep.
///
/// Figures are CPU time of the threads that do the work; wall time is printed beside them and depends on what else the
/// machine does.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vendange-bench",
        abstract: "Measures the core of Vendange in process. Prints one JSON object per line.",
        subcommands: [
            FoldCommand.self, MemoryCommand.self, RulesCommand.self, LocksCommand.self, LogCommand.self,
            BesideCommand.self, SealCommand.self,
        ]
    )
}
