import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Sends requests, and sends them again when the service says that it cannot take them now.
struct TrafficClient: Sendable {
    /// An answer, read whole.
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]

        /// The beginning of the body, for messages.
        var excerpt: String { String(String(decoding: self.body, as: UTF8.self).prefix(300)) }
    }

    private static let answerBytes = 4 * 1_024 * 1_024
    private static let attempts = 6
    let http: HTTPClient

    /// Answers of 503 and 429 mean that nothing was taken, so sending again counts nothing twice. A request that was
    /// not answered may have been taken: it is not sent again, and ends the run.
    func send(
        _ method: HTTPMethod,
        _ url: String,
        headers: [(String, String)],
        body: [UInt8]? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers = HTTPHeaders(headers)
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        for attempt in 1... {
            let answer = try await self.execute(request)
            guard answer.status == 503 || answer.status == 429, attempt < Self.attempts else { return answer }
            try await Task.sleep(for: .milliseconds(200 * attempt))
        }
        throw TrafficFailure.unreachable(url)
    }

    private func execute(_ request: HTTPClientRequest) async throws -> Answer {
        do {
            let response = try await self.http.execute(request, timeout: .seconds(60))
            let body = try await response.body.collect(upTo: Self.answerBytes)
            return Answer(
                status: Int(response.status.code),
                headers: response.headers,
                body: Array(body.readableBytesView)
            )
        } catch let error as CancellationError {
            throw error
        } catch {
            throw TrafficFailure.unreachable("\(request.url) (\(error))")
        }
    }
}
