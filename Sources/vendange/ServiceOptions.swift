import ArgumentParser
import Foundation
import Settings

/// How a command reaches a running service.
struct ServiceOptions: ParsableArguments {
    @Option(name: .long, help: "The private port's address. Without it, the one of the settings.")
    var api: String?

    @Option(
        name: .long,
        help: "An API key. Without it, VENDANGE_API_KEY, or the key the service keeps in its data directory."
    )
    var key: String?

    @Flag(name: .long, help: "Print the service's own JSON, for scripts.")
    var json = false

    @OptionGroup var settings: SettingsOptions

    /// The file in the data directory that lets the machine's own operator in.
    static let keyFile = "admin.key"

    /// A client of the service.
    func client() throws -> ServiceClient {
        let environment = ProcessInfo.processInfo.environment
        var address = self.api
        var secret = self.key ?? environment["VENDANGE_API_KEY"]
        if address == nil || secret == nil {
            let settings = try self.settings.load()
            address = address ?? "http://\(settings.privateListener.host):\(settings.privateListener.port)"
            let file = settings.dataDirectory + "/" + Self.keyFile
            secret = secret ?? (try? String(contentsOfFile: file, encoding: .utf8))
        }
        guard let address, let secret = secret?.trimmingCharacters(in: .whitespacesAndNewlines) else {
            throw CommandFailure(
                .notAllowed,
                "no API key: give --key, set VENDANGE_API_KEY, or name the data directory"
            )
        }
        return ServiceClient(address: address, key: secret)
    }
}
