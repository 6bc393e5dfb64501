import Domain
import HTTPTypes
import Testing

@testable import Console

struct PageTests {
    @Test(arguments: ["/", "/contacts/0123456789abcdef"])
    func speaksFrenchAndEnglish(path: String) async throws {
        for (accepted, language) in [
            ("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("en-GB,en;q=0.9,fr;q=0.8", "en"), ("de", "en"), ("", "en"),
        ] {
            let reply = try await Port().send("GET", path, key: nil, headers: [.acceptLanguage: accepted])
            #expect(reply.status == 200)
            #expect(reply.text.contains("<html lang=\"\(language)\">"), "\(accepted)")
        }
    }

    @Test func theContactsPageHoldsNothingOfTheContact() async throws {
        let port = Port()
        let page = try await port.send("GET", "/contacts/0123456789abcdef", key: nil)
        #expect(port.administration.calls.isEmpty, "the page's script asks, with a key")
        #expect(try await port.send("GET", "/contacts/fedcba9876543210", key: nil).text == page.text)
    }

    @Test func theContactsPageMayLoadItsOwnFilesAndNothingElse() async throws {
        let port = Port()
        let page = try await port.send("GET", "/contacts/0123456789abcdef", key: nil)
        #expect(page.header("Content-Security-Policy") == ContactPage.contentSecurityPolicy)
        #expect(!ContactPage.contentSecurityPolicy.contains("unsafe"))
        for path in ["/contact.js", "/contact.css"] {
            #expect(page.text.contains("\"\(path)\""))
            let file = try await port.send("GET", path, key: nil)
            #expect(file.status == 200)
            #expect(!file.text.contains("http"), "no address but its own")
        }
        let script = try await port.send("GET", "/contact.js", key: nil)
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            #expect(!script.text.contains(word), "what strangers wrote is put in as text")
        }
    }

    @Test func otherAnswersMayLoadNothing() async throws {
        let reply = try await Port().send("GET", "/", key: nil)
        #expect(reply.header("Content-Security-Policy")?.hasPrefix("default-src 'none'; base-uri") == true)
    }
}
