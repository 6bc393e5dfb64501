import ArgumentParser
import AsyncHTTPClient
import Domain
import Foundation
import NIOCore

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
        } catch {
            if Self.isParsers(error) { throw error }
            let known = CommandFailure(error)
            FileHandle.standardError.write(Data((known.description + "\n").utf8))
            throw ExitCode(known.code.rawValue)
        }
    }

    /// What the argument parser prints and turns into a code itself.
    private static func isParsers(_ error: any Error) -> Bool {
        error is ExitCode || error is CleanExit || error is ValidationError
    }

    /// Any error as a failure. What a command does not expect is a defect.
    private init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case is HTTPClientError, is IOError, is ChannelError:
            self.init(.unavailable, "the connection to the service ended (\(error))")
        case let failure as StorageFailure: self.init(.inputOutput, "\(failure)")
        case is CocoaError: self.init(.inputOutput, error.localizedDescription)
        case is DecodingError: self.init(.defect, "the service answered what it should not (\(error))")
        default: self.init(.defect, "\(error)")
        }
    }
}
