import Domain
import HTTPTypes
import Hummingbird
import Logging

/// What stands in front of every route: the `Host` check, the security headers, the request's id, and the one place
/// where errors become answers.
struct Gate: RouterMiddleware {
    typealias Context = BasicRequestContext

    let hosts: AllowedHosts

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        // Not `context.id`, which traps where the log's handler keeps no metadata.
        let id = context.logger[metadataKey: "hb.request.id"]?.description ?? RequestID().description
        var response: Response
        do {
            // Health checks come from orchestrators, which know an address and no name.
            if !request.uri.path.hasPrefix("/health/") { try self.hosts.check(request.head.authority) }
            response = try await next(request, context)
        } catch {
            let known = Self.error(error, request)
            if known == .failed {
                context.logger.error("administration failed", metadata: ["error": "\(String(reflecting: error))"])
            }
            response = Response(known, requestID: id)
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.cacheControl] = "no-store"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] =
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        }
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("X-Frame-Options", "DENY"), ("X-Request-Id", id),
        ] {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        return response
    }

    private static func error(_ error: any Error, _ request: Request) -> AdministrationError {
        if let known = error as? AdministrationError { return known }
        // Hummingbird's own errors: no such route, or a request it could not read.
        guard let status = (error as? any HTTPResponseError)?.status else { return .failed }
        switch status {
        case .notFound:
            let methods = RouteTable.methods(of: request.uri.path)
            return methods.isEmpty
                ? .notFound("address “\(request.uri.path.prefix(128))”") : .methodNotAllowed(methods)
        case .contentTooLarge: return .tooLarge(limitBytes: Limits.apiBodyBytes)
        default: return .failed
        }
    }
}

/// The names the private port answers under. A page that has its own name resolve to this machine's address (DNS
/// rebinding) sends its own name, and is refused.
struct AllowedHosts: Sendable {
    private let names: Set<String>

    init(_ names: [String]) { self.names = Set(names.map { $0.lowercased() }) }

    func check(_ authority: String?) throws(AdministrationError) {
        let name = Self.name(in: authority ?? "")
        guard self.names.contains(name) else { throw .misdirected(host: String(name.prefix(128))) }
    }

    /// The host without its port, in lower case; brackets of an IPv6 address stay.
    private static func name(in authority: String) -> String {
        let lower = authority.lowercased()
        if lower.hasPrefix("["), let end = lower.firstIndex(of: "]") { return String(lower[...end]) }
        return lower.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    }
}
