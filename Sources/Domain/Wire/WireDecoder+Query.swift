extension WireDecoder {
    /// Decodes the query of `GET /p.gif`, without its `?`: the keys of the JSON object as
    /// application/x-www-form-urlencoded pairs, but for "fields".
    ///
    /// "type" defaults to a page view, and "url" to `fallbackURL`, the bytes of the request's Referer header, or
    /// none. Of a key that is given twice, the last counts. What lay in ``scratch`` before stays.
    package mutating func decodeQuery(
        _ query: UnsafeRawBufferPointer,
        fallbackURL: UnsafeRawBufferPointer
    ) -> WireOutcome {
        let start = self.scratch.count
        var draft = EventDraft()
        draft.setKind(.pageView)
        self.scratch.append(contentsOf: query)
        let end = self.scratch.count
        var index = start
        while index < end {
            let pairStart = index
            index = self.scratch.firstIndex(of: ASCII.ampersand, in: index..<end) ?? end
            self.readPair(pairStart..<index, into: &draft)
            index += 1
        }
        if !draft.hasURL {
            draft.setURL(TextRange(start: self.scratch.count, count: fallbackURL.count))
            self.scratch.append(contentsOf: fallbackURL)
        }
        return self.finish(draft, from: start)
    }

    private mutating func readPair(_ pair: Range<Int>, into draft: inout EventDraft) {
        let equals = self.scratch.firstIndex(of: ASCII.equals, in: pair) ?? pair.upperBound
        guard let key = self.queryKey(pair.lowerBound..<equals) else { return }
        let text = PercentCoding.appendFormDecoded(
            min(equals + 1, pair.upperBound)..<pair.upperBound,
            to: &self.scratch
        )
        // An empty "type" is an absent one, and that means a page view.
        if key == .type, text.isEmpty {
            draft.setKind(.pageView)
        } else {
            draft.assign(key, self.value(of: key, text), nonceKey: self.nonceKey, in: &self.scratch)
        }
    }

    /// The key that some bytes spell, as they are or decoded.
    private mutating func queryKey(_ written: Range<Int>) -> WireKey? {
        if let plain = self.key(TextRange(start: written.lowerBound, count: written.count)) { return plain }
        let decoded = PercentCoding.appendFormDecoded(written, to: &self.scratch)
        defer { self.scratch.truncate(to: Int(decoded.start)) }
        return self.key(decoded)
    }

    private func value(of key: WireKey, _ text: TextRange) -> WireValue {
        guard !text.isEmpty else { return .absent }
        guard UTF8Form.isWellFormed(text, in: self.scratch) else { return .unusable }
        switch key.form {
        case .text: return .text(text)
        case .number: return self.number(text).map { .number($0) } ?? .unusable
        case .flag:
            if text.equals("true", in: self.scratch) || text.equals("1", in: self.scratch) { return .flag(true) }
            let isFalse = text.equals("false", in: self.scratch) || text.equals("0", in: self.scratch)
            return isFalse ? .flag(false) : .unusable
        case .fields: return .unusable
        }
    }

    /// The number a text spells, in JSON's grammar.
    private func number(_ text: TextRange) -> Double? {
        self.scratch.withUnsafeBytes { bytes in
            var reader = JSONReader(UnsafeRawBufferPointer(rebasing: bytes[text.bounds]))
            guard let number = try? reader.readNumber(), (try? reader.expectEnd()) != nil else { return nil }
            return number
        }
    }
}
