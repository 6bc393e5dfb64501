import Domain

enum WireTarget {
    /// Decodes a body, and reads it as plain JSON: an event is never found in what is no JSON.
    static func runBody(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        var decoder = WireDecoder(nonceKey: SipKey(1, 2))
        let rejection = Self.rejection { () throws(Rejection) in try decoder.decodeBody(bytes) }
        let syntax = Self.rejection { () throws(Rejection) in
            var reader = JSONReader(bytes)
            try reader.skipValue()
            try reader.expectEnd()
        }
        let agrees = rejection != nil || syntax == nil
        try BrokenPromise.unless(agrees, "what is decoded is JSON")
        try BrokenPromise.unless(decoder.outcomes.count <= Limits.eventsPerRequest, "a body's events are limited")
        for outcome in decoder.outcomes { try Self.check(outcome, decoder.scratch) }
    }

    /// Decodes a query.
    static func runQuery(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        var decoder = WireDecoder(nonceKey: SipKey(1, 2))
        let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
        let query = UnsafeRawBufferPointer(rebasing: bytes[..<end])
        let referer = UnsafeRawBufferPointer(rebasing: bytes[end...].dropFirst())
        let outcome = decoder.decodeQuery(query, fallbackURL: referer)
        try Self.check(outcome, decoder.scratch)
    }

    private static func rejection(_ body: () throws(Rejection) -> Void) -> Rejection? {
        do throws(Rejection) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    private static func check(_ outcome: WireOutcome, _ scratch: [UInt8]) throws(BrokenPromise) {
        guard case .accepted(let event, _) = outcome else { return }
        let texts = [
            (event.site, Limits.nameBytes), (event.url, Limits.urlBytes), (event.path, Limits.urlBytes),
            (event.title, Limits.titleBytes), (event.referrer, Limits.urlBytes), (event.target, Limits.urlBytes),
            (event.campaignSource, Limits.nameBytes), (event.campaignMedium, Limits.nameBytes),
            (event.campaignName, Limits.nameBytes), (event.campaignContent, Limits.nameBytes),
            (event.campaignTerm, Limits.nameBytes), (event.clickIDName, Limits.nameBytes),
            (event.click, Limits.tokenBytes), (event.name, Limits.nameBytes),
        ]
        for (text, limit) in texts {
            try BrokenPromise.unless(text.bounds.upperBound <= scratch.count, "a text lies within its buffer")
            try BrokenPromise.unless(text.count <= limit, "a text keeps its limit")
            let bytes = scratch[text.bounds]
            // A site is only ever looked up; everything else is shown to people.
            let isShown = text != event.site
            let isClean = !isShown || bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
            let isText = String(validating: bytes, as: UTF8.self) != nil
            try BrokenPromise.unless(isText && isClean, "a text is UTF-8 without controls")
        }
        try BrokenPromise.unless(!event.site.isEmpty && !event.path.isEmpty, "an event has a site and a path")
        try BrokenPromise.unless(event.scrollPercent <= 100, "nobody scrolls further than the end")
        scratch.withUnsafeBytes { bytes in
            for field in FormFields(event.fields, in: bytes) {
                _ = (field.key.string(in: bytes), field.value.string(in: bytes))
            }
        }
    }
}
