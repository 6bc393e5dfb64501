import Domain
import Testing

@testable import Delivery

struct AnswerExcerptTests {
    private static let destination = Destination(
        name: "chat",
        kind: .slack,
        url: "https://hooks.test/services/T000/B000/abcdefghijklmnop",
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    )

    private func text(_ body: String) -> String {
        AnswerExcerpt.text(from: Array(body.utf8), of: Self.destination)
    }

    @Test func isOneLineWithoutControlCharacters() {
        #expect(self.text("  no\r\n\tsuch \u{1B}[31m channel\u{0}") == "no such [31m channel")
        #expect(self.text("").isEmpty)
        #expect(AnswerExcerpt.text(from: [0xFF, 0x41], of: Self.destination) == "\u{FFFD}A")
    }

    @Test func isCut() {
        #expect(self.text(String(repeating: "ab", count: 400)).count == 200)
    }

    @Test(arguments: [
        "cannot POST /services/T000/B000/abcdefghijklmnop", "unknown hook abcdefghijklmnop",
        "bad signature under whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "https://hooks.test/services/T000/B000/abcdefghijklmnop is wrong",
    ])
    func repeatsNoSecret(body: String) {
        #expect(self.text(body).isEmpty)
    }
}
