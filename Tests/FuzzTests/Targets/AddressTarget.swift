import Domain

enum AddressTarget {
    static func run(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        for query in [AddressNormaliser.QueryTreatment.withoutTracking, .removed] {
            guard let (once, isSecure) = Self.normalise(bytes, query: query) else { continue }
            let isVisible = once.allSatisfy { 0x21...0x7e ~= $0 && $0 != UInt8(ascii: "#") }
            try BrokenPromise.unless(isVisible && once.count <= Limits.urlBytes, "an address is short visible ASCII")
            let spelled = Array((isSecure ? "https://" : "http://").utf8) + once
            let again = spelled.withUnsafeBytes { Self.normalise($0, query: query) }
            try BrokenPromise.unless(again?.text == once, "normalising twice changes nothing")
        }
    }

    private static func normalise(
        _ bytes: UnsafeRawBufferPointer,
        query: AddressNormaliser.QueryTreatment
    ) -> (text: [UInt8], isSecure: Bool)? {
        var normaliser = AddressNormaliser()
        var scratch: [UInt8] = []
        guard let page = try? normaliser.normalise(bytes, query: query, into: &scratch) else { return nil }
        let again = scratch.withUnsafeBytes { PageAddress(normalised: page.text, in: $0) }
        precondition(again.path == page.path && again.host == page.host, "an address reads back in its parts")
        return (Array(scratch[page.text.bounds]), page.isSecure)
    }
}
