import Testing

@testable import Delivery

struct WebhookSignatureTests {
    @Test func agreesWithTheVectorOfTheSpecification() throws {
        let signature = try #require(WebhookSignature(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let value = signature.value(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8)
        )
        #expect(value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func paddingOfTheSecretMayBeMissing() throws {
        let padded = try #require(WebhookSignature(secret: "whsec_c2VjcmV0IG9mIHNvbWUgbGVuZ3Ro"))
        let whole = try #require(WebhookSignature(secret: "whsec_c2VjcmV0IG9mIHNvbWUgbGVuZw=="))
        let bare = try #require(WebhookSignature(secret: "whsec_c2VjcmV0IG9mIHNvbWUgbGVuZw"))
        let value = whole.value(id: "a", timestamp: 1, body: [])
        #expect(value == bare.value(id: "a", timestamp: 1, body: []))
        #expect(value != padded.value(id: "a", timestamp: 1, body: []))
    }
}
