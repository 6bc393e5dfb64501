import Domain
import Testing

struct DeliveryOutcomeTests {
    @Test func everyStatusHasItsMeaning() {
        for status in -1...1_000 {
            let expected: DeliveryOutcome
            switch status {
            case 200...299: expected = .delivered
            case 401, 408, 425, 429: expected = .destinationProblem
            case 410: expected = .destinationGone
            case 400...499: expected = .itemProblem
            default: expected = .destinationProblem
            }
            let answer = DeliveryAnswer.response(status: status, retryAfter: nil, excerpt: "")
            #expect(DeliveryOutcome(answer) == expected, "\(status)")
            #expect(answer.status == status)
        }
    }

    @Test func everyFailureHasItsMeaning() {
        for failure in DeliveryFailure.allCases {
            let expected: DeliveryOutcome
            switch failure {
            case .interrupted: expected = .unknown
            case .unusableBody: expected = .itemProblem
            case .unusableDestination, .unresolvedHost, .refusedAddress, .noConnection, .timeout, .tls, .brokenAnswer:
                expected = .destinationProblem
            }
            #expect(DeliveryOutcome(.failure(failure)) == expected)
            #expect(DeliveryAnswer.failure(failure).status == 0)
        }
    }

    @Test func errorsAreTextsForPeople() {
        #expect(DeliveryAnswer.response(status: 204, retryAfter: nil, excerpt: "x").error.isEmpty)
        #expect(DeliveryAnswer.response(status: 503, retryAfter: nil, excerpt: "").error == "answered 503")
        #expect(DeliveryAnswer.response(status: 404, retryAfter: nil, excerpt: "gone").error == "answered 404: gone")
        let texts = Set(DeliveryFailure.allCases.map { DeliveryAnswer.failure($0).error })
        #expect(texts.count == DeliveryFailure.allCases.count)
        #expect(!texts.contains(""))
    }
}
