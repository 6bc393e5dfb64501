import Crypto
import Demo
import Domain
import Foundation
import Logging
import TestSupport
import Testing

@Suite struct WebhookVerifierTests {
    static let now: Int64 = 1_700_000_000
    static let key = Data(repeating: 7, count: 32)
    static let secret = "whsec_" + key.base64EncodedString()
    static let body = Array(#"{"type":"alert","time":"2026-01-01T00:00:00Z","data":{"detail":"devis"}}"#.utf8)

    static func signature(id: String, timestamp: Int64, body: [UInt8], key: Data = key) -> String {
        let message = Array("\(id).\(timestamp).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))
        return "v1," + Data(code).base64EncodedString()
    }

    static func verify(
        id: String? = "msg_1",
        timestamp: String? = "\(now)",
        signatures: String?,
        body: [UInt8] = body,
        now: Int64 = now
    ) throws -> WebhookVerifier.Verdict {
        let verifier = try #require(WebhookVerifier(secret: Self.secret))
        return verifier.verify(id: id, timestamp: timestamp, signatures: signatures, body: body, now: now)
    }

    @Test func aRightSignatureIsVerified() throws {
        let signature = Self.signature(id: "msg_1", timestamp: Self.now, body: Self.body)
        #expect(try Self.verify(signatures: signature) == .verified)
    }

    @Test func oneRightSignatureAmongSeveralIsEnough() throws {
        let other = Self.signature(
            id: "msg_1",
            timestamp: Self.now,
            body: Self.body,
            key: Data(repeating: 8, count: 32)
        )
        let right = Self.signature(id: "msg_1", timestamp: Self.now, body: Self.body)
        #expect(try Self.verify(signatures: "\(other) v1a,xyz \(right)") == .verified)
        #expect(try Self.verify(signatures: other) == .forged)
    }

    @Test func anythingThatIsSignedCannotBeChanged() throws {
        let signature = Self.signature(id: "msg_1", timestamp: Self.now, body: Self.body)
        #expect(try Self.verify(id: "msg_2", signatures: signature) == .forged)
        #expect(try Self.verify(timestamp: "\(Self.now + 1)", signatures: signature) == .forged)
        #expect(try Self.verify(signatures: signature, body: Self.body + [0x20]) == .forged)
    }

    @Test(arguments: [nil, "", "v1,", "v1,AAAA", "v2,AAAA", "v1 AAAA"])
    func whatIsNoSignatureIsForged(signatures: String?) throws {
        #expect(try Self.verify(signatures: signatures) == .forged)
    }

    @Test func missingHeadersAreForged() throws {
        let signature = Self.signature(id: "msg_1", timestamp: Self.now, body: Self.body)
        #expect(try Self.verify(id: nil, signatures: signature) == .forged)
        #expect(try Self.verify(timestamp: nil, signatures: signature) == .forged)
        #expect(try Self.verify(timestamp: "yesterday", signatures: signature) == .forged)
    }

    @Test func aReplayIsStaleOnceTheToleranceIsOver() throws {
        let signature = Self.signature(id: "msg_1", timestamp: Self.now, body: Self.body)
        let tolerance = WebhookVerifier.toleranceSeconds
        #expect(try Self.verify(signatures: signature, now: Self.now + tolerance) == .verified)
        #expect(try Self.verify(signatures: signature, now: Self.now - tolerance) == .verified)
        #expect(try Self.verify(signatures: signature, now: Self.now + tolerance + 1) == .stale)
        #expect(try Self.verify(signatures: signature, now: Self.now - tolerance - 1) == .stale)
        let oldest = Self.signature(id: "msg_1", timestamp: .min, body: Self.body)
        #expect(try Self.verify(timestamp: "\(Int64.min)", signatures: oldest) == .stale)
    }

    @Test func onlySecretsOfTheStandardAreTaken() {
        #expect(WebhookVerifier(secret: "whsec_") == nil)
        #expect(WebhookVerifier(secret: "whsec_%%%") == nil)
        #expect(WebhookVerifier(secret: Self.key.base64EncodedString()) == nil)
    }
}

@Suite struct DemoReceiverTests {
    private static func receiver(_ board: LeadBoard) throws -> DemoReceiver {
        DemoReceiver(
            port: 0,
            verifier: try #require(WebhookVerifier(secret: WebhookVerifierTests.secret)),
            board: board,
            clock: ManualClock(Timestamp(seconds: WebhookVerifierTests.now)),
            logger: Logger(label: "test"),
            onVerified: { _ in }
        )
    }

    private static func receive(
        _ receiver: DemoReceiver,
        id: String = "msg_1",
        body: [UInt8] = WebhookVerifierTests.body,
        signed: [UInt8]? = nil
    ) -> DemoReceiver.Reply {
        let now = WebhookVerifierTests.now
        let signature = WebhookVerifierTests.signature(id: id, timestamp: now, body: signed ?? body)
        return receiver.receive(id: id, timestamp: "\(now)", signatures: signature, body: body)
    }

    @Test func aVerifiedNotificationIsTakenOnceAndARepetitionIsAnsweredAlike() throws {
        let board = LeadBoard()
        let receiver = try Self.receiver(board)
        guard case .taken(let notification) = Self.receive(receiver) else {
            Issue.record("was not taken")
            return
        }
        #expect(notification.type == "alert")
        #expect(Self.receive(receiver) == .repeated)
        #expect(board.newest == [notification])
    }

    @Test func aForgedNotificationIsNeverShown() throws {
        let board = LeadBoard()
        let receiver = try Self.receiver(board)
        #expect(Self.receive(receiver, signed: Array("something else".utf8)) == .refused(.forged))
        #expect(board.newest.isEmpty)
    }

    @Test func aSignedBodyThatIsNoNotificationIsUnreadable() throws {
        let board = LeadBoard()
        #expect(Self.receive(try Self.receiver(board), body: Array("[]".utf8)) == .unreadable)
        #expect(board.newest.isEmpty)
    }

    @Test func theBoardKeepsTheNewest() throws {
        let board = LeadBoard()
        let receiver = try Self.receiver(board)
        for number in 0..<(LeadBoard.capacity + 3) {
            let body = Array(#"{"type":"alert","time":"\#(number)","data":{}}"#.utf8)
            _ = Self.receive(receiver, id: "msg_\(number)", body: body)
        }
        #expect(board.newest.count == LeadBoard.capacity)
        #expect(board.newest.first?.time == "\(LeadBoard.capacity + 2)")
    }
}

@Suite struct ReceivedNotificationTests {
    static let lead = """
        {"specversion":"1.0","id":"1","source":"x","type":"lead.qualified","time":"2026-03-01T10:00:00Z","data":{
        "contact":{"id":"a","first_name":"Claire","last_name":"Martin\\u001b[31m","email":"c@m.example"},
        "account":{"name":"Usines Martin SAS"},"owner":{"key":"p","name":"Paul Durand"},
        "score":{"total":68,"as_of":"x","groups":{"web":28},"topics":{}},"stage":"hot","grade":"A","entries":[
        {"rule":"devis consulté","name":"Devis n° 1","points":40,"granted":40},
        {"rule":"/tarifs","url":"localhost/tarifs","title":"Tarifs","points":15,"granted":7.5}]}}
        """

    @Test func everyReasonIsPrintedWithItsPoints() throws {
        let notification = try #require(ReceivedNotification(body: Array(Self.lead.utf8)))
        let text = notification.text
        #expect(text.contains("lead.qualified"))
        #expect(text.contains("Claire Martin"))
        #expect(text.contains("Usines Martin SAS · for Paul Durand"))
        #expect(text.contains("score 68.0 · stage hot · grade A"))
        #expect(text.contains("+40.0   +40.0   devis consulté · Devis n° 1"))
        #expect(text.contains("+15.0    +7.5   /tarifs · Tarifs"))
    }

    @Test func aNameCannotSteerTheTerminal() throws {
        let notification = try #require(ReceivedNotification(body: Array(Self.lead.utf8)))
        #expect(!notification.text.contains("\u{1b}"))
    }
}
