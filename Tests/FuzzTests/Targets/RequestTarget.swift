import Domain

@testable import Collector

enum RequestTarget {
    private static let routes = Routes(prefix: "")

    /// Reads pipelined requests, each at once and in pieces.
    static func run(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        var rest = UnsafeRawBufferPointer(rebasing: bytes[...])
        while !rest.isEmpty {
            var parser = RequestParser()
            let outcome = parser.parse(rest, routes: Self.routes)
            guard case .request(let head, let route, let length) = outcome else { return }
            try BrokenPromise.unless(length > 0 && length <= rest.count, "a request is made of its bytes")
            try BrokenPromise.unless(route != .unknown, "only known paths are taken")
            let request = Request(head: head, bytes: rest, route: route)
            try Self.check(request, length: length)
            try Self.arriveInPieces(request, length: length)
            rest = UnsafeRawBufferPointer(rebasing: rest[length...])
        }
    }

    private static func check(_ request: Request, length: Int) throws(BrokenPromise) {
        for place in RequestField.allCases.map({ request.head[$0] }) + [request.head.path, request.head.query] {
            try BrokenPromise.unless(place.bounds.upperBound <= length, "a field lies within its request")
            let isClean = request.bytes(at: place).allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == Octets.tab }
            try BrokenPromise.unless(isClean, "no field holds a control byte")
        }
        try BrokenPromise.unless(HostField.isValid(request.value(.host)), "the host has the form of one")
        try BrokenPromise.unless(!request.head.has(.transferEncoding), "bodies are framed by their length alone")
        let body = request.head.body
        try BrokenPromise.unless(body.bounds.upperBound == length || body.isEmpty, "the body ends the request")
    }

    private static func arriveInPieces(_ request: Request, length: Int) throws(BrokenPromise) {
        var parser = RequestParser()
        for count in 1..<length {
            let piece = UnsafeRawBufferPointer(rebasing: request.bytes[..<count])
            guard case .needMore = parser.parse(piece, routes: Self.routes) else {
                throw BrokenPromise(description: "a request that is not whole waits")
            }
        }
        let whole = UnsafeRawBufferPointer(rebasing: request.bytes[..<length])
        guard case .request(let head, let route, length) = parser.parse(whole, routes: Self.routes) else {
            throw BrokenPromise(description: "a request in pieces is the request")
        }
        let isSame = RequestField.allCases.allSatisfy { head[$0] == request.head[$0] } && route == request.route
        try BrokenPromise.unless(isSame, "a request in pieces means the same")
    }
}
