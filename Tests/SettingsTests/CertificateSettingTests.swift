import Foundation
import Settings
import Testing

/// The certificate's settings, each looked at before the service starts.
@Suite struct CertificateSettingTests {
    private static let folder = repository.appending(path: "Tests/Fixtures/tls").path

    private func problems(_ tls: String) throws -> [String] {
        guard case .failure(let found) = try load("public:\n  port: 1\n  tls:\n\(tls)") else { return [] }
        return found.problems.map { "\($0.line.map(String.init) ?? "-") \($0.field): \($0.message)" }
    }

    @Test func aCertificateAndItsKeyAreTaken() throws {
        let text = "public: { tls: { certificate: \(Self.folder)/one.crt, key: \(Self.folder)/one.key } }\n"
        let listener = try load(text).get().publicListener
        #expect(listener.hasTLS)
        #expect(listener.certificateFile == Self.folder + "/one.crt")
        #expect(listener.certificateKeyFile == Self.folder + "/one.key")
    }

    @Test func aFileThatIsMissingOrHoldsSomethingElseIsNamedWithItsLine() throws {
        let expected = "expected \"\" or a PEM file with a certificate that can be read, got"
        #expect(
            try self.problems("    certificate: /nowhere.crt\n    key: \(Self.folder)/one.key\n").first
                == "4 public.tls.certificate: \(expected) \"/nowhere.crt\""
        )
        #expect(
            try self.problems("    key: \(Self.folder)/one.crt\n").first
                == "4 public.tls.key: expected \"\" or a PEM file with a private key that can be read, got "
                + "\"\(Self.folder)/one.crt\""
        )
    }

    @Test func oneWithoutTheOtherIsNamed() throws {
        #expect(
            try self.problems("    certificate: \(Self.folder)/one.crt\n")
                == ["- public.tls.key: expected public.tls.key beside public.tls.certificate, got none"]
        )
    }
}
