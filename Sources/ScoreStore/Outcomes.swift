import Domain

/// How many accepted events ended how, in one slot since the log began (promise 4). Part of the slot's bytes, so the
/// figures survive restarts.
package struct Outcomes: Equatable, Sendable {
    /// Events that count towards a score.
    package var scored: UInt64 = 0
    /// Events that count towards audience figures only.
    package var counted: UInt64 = 0
    /// Events kept out, by ``FilterReason``.
    package var filtered = [UInt64](repeating: 0, count: FilterReason.allCases.count)

    /// Nothing yet.
    package init() {}

    /// Everything accepted and folded.
    package var total: UInt64 { self.scored + self.counted + self.filtered.reduce(0, +) }

    /// Notes one.
    mutating func add(_ outcome: FoldOutcome) {
        switch outcome {
        case .scored: self.scored += 1
        case .counted: self.counted += 1
        case .filtered(let reason): self.filtered[Int(reason.rawValue)] += 1
        }
    }

    /// Adds another slot's.
    package mutating func add(_ other: Outcomes) {
        self.scored += other.scored
        self.counted += other.counted
        for index in self.filtered.indices { self.filtered[index] += other.filtered[index] }
    }

    func encode(to writer: inout ByteWriter) {
        writer.writeVarint(self.scored)
        writer.writeVarint(self.counted)
        writer.write(UInt8(self.filtered.count))
        for count in self.filtered { writer.writeVarint(count) }
    }

    init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        self.scored = try reader.readVarint()
        self.counted = try reader.readVarint()
        let count = Int(try reader.readByte())
        guard count <= self.filtered.count else { throw .invalid("outcomes") }
        for index in 0..<count { self.filtered[index] = try reader.readVarint() }
    }
}
