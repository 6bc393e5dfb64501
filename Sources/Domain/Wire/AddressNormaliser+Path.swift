extension AddressNormaliser {
    /// Appends the path with its dot segments resolved and returns the query, which may be empty.
    mutating func appendPath(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) -> Range<Int> {
        self.pathStart = scratch.count
        var index = input.lowerBound
        while index < input.upperBound, Self.isSlash(scratch[index]) {
            let segmentStart = index + 1
            index = segmentStart
            while index < input.upperBound, !Self.isSlash(scratch[index]), scratch[index] != ASCII.question {
                index += 1
            }
            let isLast = index == input.upperBound || scratch[index] == ASCII.question
            self.appendSegment(segmentStart..<index, isLast: isLast, to: &scratch)
        }
        if scratch.count == self.pathStart { scratch.append(ASCII.slash) }
        self.pathEnd = scratch.count
        try self.checkLength(of: scratch)
        return min(index + 1, input.upperBound)..<input.upperBound
    }

    private func appendSegment(_ segment: Range<Int>, isLast: Bool, to scratch: inout [UInt8]) {
        let tail = scratch.count
        scratch.append(ASCII.slash)
        PercentCoding.appendNormalised(segment, encoding: PercentCoding.isEncodedInPath, to: &scratch)
        let written = TextRange(start: tail, count: scratch.count - tail)
        let isParent = written.equals("/..", in: scratch)
        guard isParent || written.equals("/.", in: scratch) else { return }
        scratch.truncate(to: tail)
        if isParent {
            // The path's own first slash stands for the root, above which there is nothing.
            let parent = scratch[self.pathStart...].lastIndex(of: ASCII.slash) ?? self.pathStart
            scratch.truncate(to: parent)
        }
        if isLast { scratch.append(ASCII.slash) }
    }

    mutating func appendQuery(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) {
        var index = input.lowerBound
        while index < input.upperBound {
            let partStart = index
            index = scratch.firstIndex(of: ASCII.ampersand, in: index..<input.upperBound) ?? input.upperBound
            if index > partStart { try self.appendPart(partStart..<index, to: &scratch) }
            index += 1
        }
    }

    /// Appends one `name=value` unless it is a tracking parameter.
    private mutating func appendPart(_ part: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) {
        let tail = scratch.count
        let equals = scratch.firstIndex(of: ASCII.equals, in: part) ?? part.upperBound
        PercentCoding.appendNormalised(
            part.lowerBound..<equals,
            encoding: PercentCoding.isEncodedInQuery,
            to: &scratch
        )
        // Tracking parameters are recognised in any case; the letters of others are left alone.
        let spelled = TextRange(start: tail, count: scratch.count - tail)
        for index in spelled.bounds { scratch.append(ASCII.lowercased(scratch[index])) }
        let valueStart = min(equals + 1, part.upperBound)
        let isTracking = self.parameters.take(
            TextRange(start: spelled.bounds.upperBound, count: Int(spelled.count)),
            value: TextRange(start: valueStart, count: part.upperBound - valueStart),
            in: scratch
        )
        scratch.truncate(to: tail)
        if isTracking { return }
        scratch.append(tail == self.pathEnd ? ASCII.question : ASCII.ampersand)
        PercentCoding.appendNormalised(part, encoding: PercentCoding.isEncodedInQuery, to: &scratch)
        try self.checkLength(of: scratch)
    }

    private func checkLength(of scratch: [UInt8]) throws(Rejection) {
        guard scratch.count - self.start <= Limits.urlBytes else { throw .urlTooLong }
    }
}
