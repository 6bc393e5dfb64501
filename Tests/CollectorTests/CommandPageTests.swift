import Domain
import NIOEmbedded
import ScoreStore
import Testing

@testable import Collector

/// The preferences page and a salesperson's answer.
@Suite struct CommandPageTests {
    private static let form = "Content-Type: application/x-www-form-urlencoded"

    private func tokens(_ port: Port, _ purpose: TokenPayload.Purpose) -> [String] {
        [
            port.token(purpose), port.token(purpose, contact: ContactID(1)), port.token(.contact), "forged",
            String(port.token(purpose).dropLast()), "x/y",
        ]
    }

    @Test(arguments: [("/u/", TokenPayload.Purpose.preferences), ("/a/", .answer)])
    func lookingChangesNothingAndShowsEverybodyTheSame(_ path: String, _ purpose: TokenPayload.Purpose) throws {
        let port = Port()
        for language in ["fr", "en"] {
            let pages = try self.tokens(port, purpose).map { try port.get(path + $0, "Accept-Language: \(language)") }
            #expect(pages.allSatisfy { $0 == pages[0] })
            #expect(pages[0].status == 200)
            #expect(pages[0].text.contains("<html lang=\"\(language)\">"))
            #expect(pages[0].text.contains("<form method=\"post\">"))
            #expect(pages[0]["cache-control"] == "no-store")
        }
        #expect(try port.ask(Port.request("HEAD", path + port.token(purpose))).status == 200)
        #expect(try port.ask(Port.request("OPTIONS", path + port.token(purpose)))["allow"] == "GET, HEAD, POST")
        #expect(port.log.withdrawals.isEmpty && port.log.answers.isEmpty)
        #expect(port.directory.consents(of: Port.contact) == [.clicks, .opens])
    }

    private static let choices: [(String, ContactConsents, Bool)] = [
        ("choice=opens", [.opens, .lastOpenDay], false), ("choice=clicks", [.clicks], false),
        ("choice=everything", [], true), ("List-Unsubscribe=One-Click", [], true),
        (
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n",
            [], true
        ),
    ]

    @Test(arguments: Self.choices)
    func aChoiceIsLoggedAndHoldsAtOnce(_ body: String, _ withdrawn: ContactConsents, _ objects: Bool) throws {
        let port = Port()
        let path = "/u/\(port.token(.preferences))"
        let record = WithdrawalRecord(contact: Port.contact, withdrawn: withdrawn, objects: objects)
        #expect(try port.post(path, body, Self.form).status == 200)
        #expect(port.log.withdrawals == [record])
        #expect(port.directory.consents(of: Port.contact) == record.left(of: [.clicks, .opens]))
        // Once more is logged once more: what came between, the collector need not have seen.
        #expect(try port.post(path, body, Self.form).status == 200)
        #expect(port.log.withdrawals == [record, record])
    }

    @Test func aContactWhoIsKnownByAnotherKeyByNowMayWithdrawToo() throws {
        let port = Port()
        port.directory.setConsents(nil, of: Port.contact)
        #expect(try port.post("/u/\(port.token(.preferences))", "choice=everything", Self.form).status == 200)
        #expect(port.log.withdrawals.map(\.contact) == [Port.contact])
        #expect(port.directory.consents(of: Port.contact) == nil)
    }

    @Test func theAnswerWaitsForTheDiskAndIsTakenWhenItIsFull() throws {
        let port = Port(commits: false)
        port.log.refusal = .diskFull
        let connection = try port.connect()
        let body = "List-Unsubscribe=One-Click"
        let path = "/u/\(port.token(.preferences))"
        try connection.send(Port.request("POST", path, ["Content-Length: \(body.utf8.count)"]) + body)
        #expect(try connection.output().isEmpty)
        port.log.commit()
        port.eventLoop.run()
        #expect(try connection.responses().map(\.status) == [200])
        port.log.refusal = .failed
        port.directory.setConsents([.clicks], of: Port.contact)
        #expect(try port.post(path, body).status == 503)
        #expect(port.directory.consents(of: Port.contact) == [.clicks])
    }

    @Test func nobodyLearnsWhetherATokenIsRight() throws {
        let port = Port()
        for (path, purpose, body) in [
            ("/u/", TokenPayload.Purpose.preferences, "choice=everything"), ("/a/", .answer, "answer=good"),
        ] {
            let answers = try self.tokens(port, purpose).map { try port.post(path + $0, body, Self.form) }
            #expect(answers.allSatisfy { $0 == answers[0] })
        }
        // Of a contact nobody knows, too: they may be known by another key.
        #expect(port.log.withdrawals.map(\.contact) == [Port.contact, ContactID(1)])
        #expect(port.counters.badTokens == 8)
    }

    @Test(arguments: ["", "choice=", "choice=nothing", "choice=opens&choice=clicks", "List-Unsubscribe=", "answer=bad"])
    func whatIsNoChoiceChangesNothing(_ body: String) throws {
        let port = Port()
        #expect(try port.post("/u/\(port.token(.preferences))", body, Self.form).status == 400)
        #expect(try port.post("/a/\(port.token(.answer))", body, Self.form).status == 400)
        #expect(port.log.withdrawals.isEmpty && port.log.answers.isEmpty)
    }

    @Test func aSalespersonsAnswerIsLoggedInTheContactsSlot() throws {
        let port = Port()
        for answer in LeadAnswerRecord.Answer.allCases {
            #expect(try port.post("/a/\(port.token(.answer))", "answer=\(answer.name)", Self.form).status == 200)
        }
        #expect(port.log.answers.map(\.answer) == LeadAnswerRecord.Answer.allCases)
        #expect(port.log.answers.allSatisfy { $0.contact == Port.contact && $0.author.isEmpty })
    }

    @Test func anAddressThatGotAboutCannotFillTheLog() throws {
        let port = Port()
        for _ in 0..<(Limits.commandsPerContact + 5) {
            #expect(try port.post("/a/\(port.token(.answer))", "answer=good", Self.form).status == 200)
        }
        #expect(port.log.answers.count == Limits.commandsPerContact)
    }
}
