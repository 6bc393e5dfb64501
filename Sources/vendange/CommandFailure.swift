import ArgumentParser
import Foundation

/// Why a command failed, with the exit code of sysexits(3).
struct CommandFailure: Error, CustomStringConvertible {
    /// The codes the command line uses.
    enum Code: Int32 {
        case badData = 65
        case noInput = 66
        case unavailable = 69
        case defect = 70
        case inputOutput = 74
        case notAllowed = 77
        case badSettings = 78
    }

    let code: Code
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Runs a command's body; a failure is printed and ends the process with its code.
    static func guarding(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let failure as CommandFailure {
            FileHandle.standardError.write(Data((failure.description + "\n").utf8))
            throw ExitCode(failure.code.rawValue)
        }
    }
}
