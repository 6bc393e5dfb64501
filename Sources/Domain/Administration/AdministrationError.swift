/// One thing that is wrong with what was sent, and how to mend it.
package struct FieldProblem: Error, Equatable, Sendable, Encodable {
    /// The field with its place, `rules[3].limit`; empty for the body as a whole.
    package var field: String
    /// What was expected.
    package var expected: String
    /// What was found.
    package var got: String

    /// A problem.
    package init(field: String, expected: String, got: String) {
        self.field = field
        self.expected = expected
        self.got = got
    }
}

/// Why a call of the private port failed: the closed set, each with its status, name, title and text.
package enum AdministrationError: Error, Equatable, Sendable {
    /// What was sent is not usable; nothing was done.
    case invalid([FieldProblem])
    /// No key, or one that does not exist (any more).
    case unauthenticated
    /// The key's scope does not reach that far.
    case forbidden(needed: Scope)
    /// There is no such thing.
    case notFound(String)
    /// The address exists, the method does not.
    case methodNotAllowed([String])
    /// It contradicts what is already there.
    case conflict(String)
    /// The body is larger than this many bytes.
    case tooLarge(limitBytes: Int)
    /// The body is not what the address takes.
    case unsupportedMediaType(expected: String)
    /// The request's `Host` is not one of the configured names.
    case misdirected(host: String)
    /// The service cannot take it now: try again.
    case unavailable(retryAfterSeconds: Int, String)
    /// A defect or a failure of the machine; the log names it under the request's id.
    case failed

    /// The HTTP status (RFC 9110).
    package var status: Int {
        switch self {
        case .invalid: 422
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .conflict: 409
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .misdirected: 421
        case .unavailable: 503
        case .failed: 500
        }
    }

    /// The name that ends the problem's type address; stable.
    package var slug: String {
        switch self {
        case .invalid: "invalid"
        case .unauthenticated: "unauthenticated"
        case .forbidden: "forbidden"
        case .notFound: "not-found"
        case .methodNotAllowed: "method-not-allowed"
        case .conflict: "conflict"
        case .tooLarge: "too-large"
        case .unsupportedMediaType: "unsupported-media-type"
        case .misdirected: "misdirected"
        case .unavailable: "unavailable"
        case .failed: "failed"
        }
    }

    /// What the problem is called; the same for every occurrence.
    package var title: String {
        switch self {
        case .invalid: "The request is not valid"
        case .unauthenticated: "A key is needed"
        case .forbidden: "The key does not allow this"
        case .notFound: "There is no such thing"
        case .methodNotAllowed: "This address does not take this method"
        case .conflict: "This contradicts what is there"
        case .tooLarge: "The body is too large"
        case .unsupportedMediaType: "The body is of the wrong type"
        case .misdirected: "The service does not answer under this name"
        case .unavailable: "The service cannot take this now"
        case .failed: "The service failed"
        }
    }

    /// What is wrong this time, and what to do.
    package var detail: String {
        switch self {
        case .invalid(let problems):
            problems.count == 1 ? "One field must be mended." : "\(problems.count) fields must be mended."
        case .unauthenticated:
            "Send the header “Authorization: Bearer vdg_…”; `vendange keys create` makes a key."
        case .forbidden(let needed):
            "This needs a key with the scope “\(needed.name)”."
        case .notFound(let what): "No \(what)."
        case .methodNotAllowed(let allowed): "It takes \(allowed.joined(separator: ", "))."
        case .conflict(let reason): reason
        case .tooLarge(let limit): "At most \(limit) bytes are taken; send it in parts."
        case .unsupportedMediaType(let expected): "Send it as \(expected)."
        case .misdirected(let host): "“\(host)” is not among the configured names of the private port."
        case .unavailable(let seconds, let reason): "\(reason) Try again in \(seconds) s."
        case .failed: "The service's log names the cause under this request's id."
        }
    }

    /// What is wrong with each field; empty for other errors.
    package var problems: [FieldProblem] {
        if case .invalid(let problems) = self { problems } else { [] }
    }
}
