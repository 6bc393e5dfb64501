import Domain

/// What a path of the public port asks for.
enum Route: Equatable, Sendable {
    /// `/t.js`
    case tracker
    /// `/t.<hash>.js`; the hash.
    case trackerVersion(TextRange)
    /// `/forms.js`
    case forms
    /// `/p.gif`
    case pixel
    /// `/e`
    case events
    /// `/c/{link}/{token}`; link 0 for a path that is none.
    case click(link: UInt32, token: TextRange)
    /// `/q/{quote}/{token}`
    case quote(UInt32, token: TextRange)
    /// `/o/{message}/{token}.gif`
    case open(message: UInt32, token: TextRange)
    /// `/u/{token}`: a person's preferences
    case preferences(token: TextRange)
    /// `/a/{token}`: a salesperson's answer to a lead
    case leadAnswer(token: TextRange)
    /// `/optout`
    case optOut
    /// `/.well-known/gpc.json`
    case privacyControl
    /// Nothing here.
    case unknown
}

/// The paths of the public port under their configured prefix.
struct Routes: Sendable {
    private let prefix: [UInt8]

    /// Routes under a prefix such as `/x`, or none.
    init(prefix: String) {
        var prefix = prefix
        while prefix.hasSuffix("/") { prefix.removeLast() }
        self.prefix = prefix.isEmpty || prefix.hasPrefix("/") ? Array(prefix.utf8) : Array("/\(prefix)".utf8)
    }

    /// What a path asks for. No path is decoded or resolved: ours have nothing to decode.
    func route(of path: TextRange, in bytes: UnsafeRawBufferPointer) -> Route {
        let whole = UnsafeRawBufferPointer(rebasing: bytes[path.bounds])
        if Octets.equals(whole, "/.well-known/gpc.json") { return .privacyControl }
        guard whole.count > self.prefix.count + 1, whole.starts(with: self.prefix),
            whole[self.prefix.count] == Octets.slash
        else { return .unknown }
        let start = self.prefix.count + 1
        let rest = UnsafeRawBufferPointer(rebasing: whole[start...])
        if rest.count > 2, rest[1] == Octets.slash {
            return Self.signed(rest, at: Int(path.start) + start)
        }
        switch rest.count {
        case 1: return rest[0] == UInt8(ascii: "e") ? .events : .unknown
        case 4 where Octets.equals(rest, "t.js"): return .tracker
        case 5 where Octets.equals(rest, "p.gif"): return .pixel
        case 6 where Octets.equals(rest, "optout"): return .optOut
        case 8 where Octets.equals(rest, "forms.js"): return .forms
        default: break
        }
        guard rest.count > 5, rest.starts(with: "t.".utf8), rest[(rest.count - 3)...].elementsEqual(".js".utf8) else {
            return .unknown
        }
        return .trackerVersion(TextRange(start: Int(path.start) + start + 2, count: rest.count - 5))
    }

    /// `c/{number}/{token}`, `u/{token}` and their like; `offset` is where `rest` starts in the buffer.
    private static func signed(_ rest: UnsafeRawBufferPointer, at offset: Int) -> Route {
        let whole = TextRange(start: offset + 2, count: rest.count - 2)
        if rest[0] == UInt8(ascii: "u") { return .preferences(token: whole) }
        if rest[0] == UInt8(ascii: "a") { return .leadAnswer(token: whole) }
        var numberEnd = 2
        while numberEnd < rest.count, rest[numberEnd] != Octets.slash { numberEnd += 1 }
        let number = Octets.number(UnsafeRawBufferPointer(rebasing: rest[2..<numberEnd])) ?? 0
        let tokenStart = min(numberEnd + 1, rest.count)
        var tokenEnd = rest.count
        if rest[0] == UInt8(ascii: "o"), rest.count - tokenStart >= 4,
            rest[(rest.count - 4)...].elementsEqual(".gif".utf8)
        {
            tokenEnd -= 4
        }
        let token = TextRange(start: offset + tokenStart, count: tokenEnd - tokenStart)
        switch rest[0] {
        case UInt8(ascii: "c"): return .click(link: number, token: token)
        case UInt8(ascii: "q"): return .quote(number, token: token)
        case UInt8(ascii: "o"): return .open(message: number, token: token)
        default: return .unknown
        }
    }
}
