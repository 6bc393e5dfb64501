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

    /// The field of a name in any case, if it is one of these.
    init?(name: UnsafeRawBufferPointer) {
        // The length leaves at most four candidates.
        let candidates: (RequestField, RequestField?, RequestField?, RequestField?)
        switch name.count {
        case 3: candidates = (.doNotTrack, nil, nil, nil)
        case 4: candidates = (.host, nil, nil, nil)
        case 5: candidates = (.xMoz, nil, nil, nil)
        case 6: candidates = (.origin, .cookie, .expect, nil)
        case 7: candidates = (.referer, .purpose, .globalPrivacyControl, .upgrade)
        case 9: candidates = (.xPurpose, .forwarded, .realIP, nil)
        case 10: candidates = (.userAgent, .connection, nil, nil)
        case 11: candidates = (.secPurpose, nil, nil, nil)
        case 12: candidates = (.contentType, nil, nil, nil)
        case 13: candidates = (.ifNoneMatch, nil, nil, nil)
        case 14: candidates = (.contentLength, .secFetchDest, nil, nil)
        case 15: candidates = (.acceptLanguage, .forwardedFor, nil, nil)
        case 17: candidates = (.transferEncoding, nil, nil, nil)
        default: return nil
        }
        if Octets.equals(name, ignoringCase: candidates.0.name) {
            self = candidates.0
        } else if let second = candidates.1, Octets.equals(name, ignoringCase: second.name) {
            self = second
        } else if let third = candidates.2, Octets.equals(name, ignoringCase: third.name) {
            self = third
        } else if let fourth = candidates.3, Octets.equals(name, ignoringCase: fourth.name) {
            self = fourth
        } else {
            return nil
        }
    }
}
