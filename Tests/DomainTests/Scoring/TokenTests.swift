import Domain
import TestSupport
import Testing

@Suite struct TokenTests {
    /// A keyed code good enough for tests; the real one is HMAC.
    private struct FakeSigner: TokenSigner {
        var currentKey: UInt8 = 1

        func code(of message: UnsafeRawBufferPointer, key: UInt8) -> TokenCode? {
            guard key == 1 || key == 2 else { return nil }
            let key = UInt64(key)
            return TokenCode(SipHash.hash(message, key: SipKey(key, 1)), SipHash.hash(message, key: SipKey(key, 2)))
        }
    }

    private let signer = FakeSigner()

    private func payload(_ random: inout SeededRandom) -> TokenPayload {
        TokenPayload(
            purpose: TokenPayload.Purpose.allCases[Int(random.next() % 6)],
            issueDay: UInt16(truncatingIfNeeded: random.next()),
            contact: ContactID(random.next()),
            object: UInt32(truncatingIfNeeded: random.next()),
            nonce: Bool.random(using: &random) ? random.next() : 0
        )
    }

    @Test func whatIsSignedIsRead() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<200 {
            let payload = self.payload(&random)
            let token = Token.encode(payload, signer: FakeSigner(currentKey: UInt8(1 + random.next() % 2)))
            #expect(token.utf8.count <= Limits.tokenBytes)
            #expect(Token.decode(token.utf8, signer: self.signer) == payload)
        }
    }

    @Test func everyFlippedBitIsRefused() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<10 {
            let bytes = Array(Token.encode(self.payload(&random), signer: self.signer).utf8)
            for bit in 0..<(bytes.count * 8) {
                var forged = bytes
                forged[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(Token.decode(forged, signer: self.signer) == nil, "bit \(bit)")
            }
        }
    }

    @Test func noPurposeCanBeUsedAsAnother() throws {
        var random = SeededRandom(seed: 3)
        var payload = self.payload(&random)
        payload.purpose = .message
        let parts = Token.encode(payload, signer: self.signer).split(separator: ".")
        for purpose in TokenPayload.Purpose.allCases where purpose != .message {
            payload.purpose = purpose
            let other = Token.encode(payload, signer: self.signer).split(separator: ".")
            let forged = [other[0], other[1], other[2], parts[3]].joined(separator: ".")
            #expect(Token.decode(forged.utf8, signer: self.signer) == nil)
        }
    }

    @Test func anUnknownKeyTruncationAndNoiseAreRefused() {
        var random = SeededRandom(seed: 4)
        let token = Token.encode(self.payload(&random), signer: self.signer)
        #expect(Token.decode(token.replacing("v1.1.", with: "v1.9.").utf8, signer: self.signer) == nil)
        #expect(Token.decode(token.replacing("v1.1.", with: "v1.01.").utf8, signer: self.signer) == nil)
        for count in 0..<token.utf8.count {
            #expect(Token.decode(token.utf8.prefix(count), signer: self.signer) == nil)
        }
        #expect(Token.decode((token + "A").utf8, signer: self.signer) == nil)
        for _ in 0..<500 {
            let noise = (0..<Int(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(Token.decode(noise, signer: self.signer) == nil)
        }
    }

    @Test func aTokenTiesForNinetyDaysFromItsIssue() {
        let payload = TokenPayload(purpose: .contact, issueDay: 20_000, contact: ContactID(1))
        #expect(!payload.links(onDay: 19_999))
        #expect(payload.links(onDay: 20_000) && payload.links(onDay: 20_090))
        #expect(!payload.links(onDay: 20_091))
    }

    @Test(arguments: [TokenPayload.Purpose.click, .quoteClick]) func aClickTiesForTwoDays(
        purpose: TokenPayload.Purpose
    ) {
        let payload = TokenPayload(purpose: purpose, issueDay: 20_000, contact: ContactID(1), nonce: 1)
        #expect(payload.links(onDay: 20_000) && payload.links(onDay: 20_002))
        #expect(!payload.links(onDay: 20_003))
    }
}
