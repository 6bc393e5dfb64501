import ArgumentParser
import Server

/// The command line.
@main
struct Vendange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vendange",
        abstract: "Web tracking and lead scoring that anyone can check.",
        discussion: """
            Receives what websites, mails and quotes report, keeps for every contact a score with its reasons, and
            hands ripe contacts to sales.

            First steps:
              vendange demo            a complete service with a demonstration website, to look around
              vendange serve           the service alone
              vendange check           what the settings and the model mean, before it is started
              vendange explain WHO     where a contact's points come from
              vendange doctor          how the data directory is, and what to do

            Exit codes follow sysexits(3): 64 usage, 65 bad data, 66 no such file, 69 service not reachable,
            70 defect, 74 input or output failed, 77 not allowed, 78 bad settings.
            """,
        version: OpenService.version,
        subcommands: [
            DemoCommand.self, ServeCommand.self, CheckCommand.self, ExplainCommand.self, ModelCommand.self,
            ContactsCommand.self,
            SitesCommand.self, LinksCommand.self, KeysCommand.self, DeliveriesCommand.self, StatusCommand.self,
            TailCommand.self, LogCommand.self, BackupCommand.self, RestoreCommand.self, DoctorCommand.self,
        ]
    )
}
