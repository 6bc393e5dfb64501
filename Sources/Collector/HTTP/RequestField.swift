import Domain

/// The header fields the collector reads, and those that decide whether it may read the request at all.
enum RequestField: UInt8, CaseIterable, Sendable {
    case host
    case contentLength
    case contentType
    case connection
    case origin
    case referer
    case userAgent
    case cookie
    case doNotTrack
    case globalPrivacyControl
    case secPurpose
    case purpose
    case xPurpose
    case xMoz
    case secFetchDest
    case forwardedFor
    case forwarded
    case realIP
    case acceptLanguage
    case ifNoneMatch
    case transferEncoding
    case expect
    case upgrade

    /// The name in lower case.
    var name: StaticString {
        switch self {
        case .host: "host"
        case .contentLength: "content-length"
        case .contentType: "content-type"
        case .connection: "connection"
        case .origin: "origin"
        case .referer: "referer"
        case .userAgent: "user-agent"
        case .cookie: "cookie"
        case .doNotTrack: "dnt"
        case .globalPrivacyControl: "sec-gpc"
        case .secPurpose: "sec-purpose"
        case .purpose: "purpose"
        case .xPurpose: "x-purpose"
        case .xMoz: "x-moz"
        case .secFetchDest: "sec-fetch-dest"
        case .forwardedFor: "x-forwarded-for"
        case .forwarded: "forwarded"
        case .realIP: "x-real-ip"
        case .acceptLanguage: "accept-language"
        case .ifNoneMatch: "if-none-match"
        case .transferEncoding: "transfer-encoding"
        case .expect: "expect"
        case .upgrade: "upgrade"
        }
    }

    /// The field a proxy tells its client's address in.
    init(_ header: ProxyHeader) {
        switch header {
        case .forwardedFor: self = .forwardedFor
        case .forwarded: self = .forwarded
        case .realIP: self = .realIP
        }
    }

    /// The names, of tokens in any case, by the fields' raw values.
    static let names = NameTable(Self.allCases.map(\.name), ignoringCase: true)
}
