extension AddressNormaliser {
    /// Bytes of a host name (RFC 1035, section 2.3.4).
    private static let hostBytes = 253

    /// Appends host and port and returns what follows them.
    mutating func appendAuthority(
        _ input: Range<Int>,
        to scratch: inout [UInt8]
    ) throws(Rejection) -> Range<Int> {
        var end = input.lowerBound
        var hostStart = end
        while end < input.upperBound, !Self.isSlash(scratch[end]), scratch[end] != ASCII.question {
            if scratch[end] == ASCII.at { hostStart = end + 1 }
            end += 1
        }
        guard hostStart < end else { throw .invalidURL }
        let portStart =
            scratch[hostStart] == ASCII.openBracket
            ? try self.appendLiteral(hostStart..<end, to: &scratch)
            : try self.appendName(hostStart..<end, to: &scratch)
        self.hostEnd = scratch.count
        guard 1...Self.hostBytes ~= self.hostEnd - self.start else { throw .invalidURL }
        if portStart < end {
            guard scratch[portStart] == ASCII.colon else { throw .invalidURL }
            try self.appendPort((portStart + 1)..<end, to: &scratch)
        }
        return end..<input.upperBound
    }

    /// Appends a bracketed IPv6 literal and returns where it ends in the input.
    private func appendLiteral(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) -> Int {
        for index in input {
            let byte = ASCII.lowercased(scratch[index])
            let isEdge = byte == (index == input.lowerBound ? ASCII.openBracket : ASCII.closeBracket)
            guard isEdge || ASCII.hexValue(of: byte) != nil || byte == ASCII.colon || byte == ASCII.dot else {
                throw .invalidURL
            }
            scratch.append(byte)
            // The shortest address is `::`.
            if isEdge, index > input.lowerBound {
                guard index - input.lowerBound > 2 else { throw .invalidURL }
                return index + 1
            }
        }
        throw .invalidURL
    }

    /// Appends a host name and returns where it ends in the input.
    private func appendName(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) -> Int {
        var index = input.lowerBound
        var isValid = true
        scratch.appendRun(of: input.count) { bytes, start in
            var end = start
            while isValid, index < input.upperBound, bytes[index] != ASCII.colon {
                var byte = bytes[index]
                index += 1
                if byte == ASCII.percent,
                    let decoded = PercentCoding.decode(at: index, until: input.upperBound, in: bytes)
                {
                    byte = decoded
                    index += 2
                }
                bytes[end] = ASCII.lowercased(byte)
                isValid = ASCII.isUnreserved(byte) && byte != ASCII.tilde
                end += 1
            }
            return end
        }
        guard isValid else { throw .invalidURL }
        return index
    }

    /// Appends a colon and the port, unless there is none or it is the scheme's own.
    private func appendPort(_ input: Range<Int>, to scratch: inout [UInt8]) throws(Rejection) {
        var port = 0
        for index in input {
            guard ASCII.isDigit(scratch[index]) else { throw .invalidURL }
            port = port * 10 + Int(scratch[index] - ASCII.zero)
            guard port <= 65_535 else { throw .invalidURL }
        }
        if input.isEmpty || port == (self.isSecure ? 443 : 80) { return }
        scratch.append(ASCII.colon)
        var unit = 10_000
        while unit > 1, port < unit { unit /= 10 }
        while unit > 0 {
            scratch.append(ASCII.zero + UInt8(truncatingIfNeeded: port / unit % 10))
            unit /= 10
        }
    }
}
