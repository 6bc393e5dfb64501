/// How often a limited rule has granted in the window that is open.
package struct LimitWindow: Equatable, Sendable {
    /// The rule's key.
    package var key: UInt32
    /// When its first match was.
    package var start: Timestamp
    /// When it is over: by the limit as the last match found it.
    package var end: Timestamp
    /// Grants so far.
    package var count: UInt32
    /// The last granted entry: what over-limit repeats are counted on.
    package var entry: EntryID

    /// A window that opens with one grant.
    package init(key: UInt32, start: Timestamp, length: TimeSpan, entry: EntryID) {
        self.key = key
        self.start = start
        self.end = start.adding(length)
        self.count = 1
        self.entry = entry
    }
}

/// What a match may do under its limit.
package enum LimitDecision: Equatable, Sendable {
    /// Grants.
    case granted
    /// Is one more repeat of this entry; of none where no window could be opened for it.
    case repeated(EntryID?)
}

/// The open windows of a profile: a short list.
///
/// Only a window that is over makes way. Where none is, a further rule grants nothing: were an open window forgotten,
/// it would grant anew, and walking in circles over enough limited pages would have no limit at all.
package struct LimitWindows: Equatable, Sendable {
    /// In order of key.
    package private(set) var list: [LimitWindow] = []

    /// No windows.
    package init() {}

    /// Decides about a match and remembers it. `entry` is the name the entry gets if it is granted.
    package mutating func decide(
        key: UInt32,
        limit: ScoringModel.Limit,
        at time: Timestamp,
        entry: EntryID,
        capacity: Int
    ) -> LimitDecision {
        let fresh = LimitWindow(key: key, start: time, length: limit.window, entry: entry)
        guard let index = self.list.firstIndex(where: { $0.key == key }) else {
            if self.list.count >= capacity { self.list.removeAll { $0.end <= time } }
            guard self.list.count < capacity else { return .repeated(nil) }
            let place = self.list.firstIndex { $0.key > key } ?? self.list.count
            self.list.insert(fresh, at: place)
            return .granted
        }
        self.list[index].end = self.list[index].start.adding(limit.window)
        if time >= self.list[index].end {
            self.list[index] = fresh
            return .granted
        }
        guard self.list[index].count < limit.count else { return .repeated(self.list[index].entry) }
        self.list[index].count += 1
        self.list[index].entry = entry
        return .granted
    }

    /// Appends the list.
    package func encode(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(self.list.count))
        for window in self.list {
            writer.write(window.key)
            writer.write(window.start.microseconds)
            writer.write(window.end.microseconds)
            writer.write(window.count)
            writer.write(window.entry.offset)
            writer.write(window.entry.ordinal)
        }
    }

    /// Reads a list.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        for _ in 0..<(try reader.readVarint()) {
            let key: UInt32 = try reader.readWord()
            let start = Timestamp(microseconds: try reader.readWord())
            let end = Timestamp(microseconds: try reader.readWord())
            let count: UInt32 = try reader.readWord()
            let offset: UInt64 = try reader.readWord()
            let entry = EntryID(offset: offset, ordinal: try reader.readWord())
            var window = LimitWindow(key: key, start: start, length: .seconds(0), entry: entry)
            window.end = end
            window.count = count
            self.list.append(window)
        }
    }

    /// Forgets all windows; the list keeps its room.
    mutating func removeAll() { self.list.removeAll(keepingCapacity: true) }

    /// Appends the list in few bytes: times as what lies between them and the profile's last event.
    func pack(into writer: inout ByteWriter, lastSeen: Timestamp) {
        writer.write(atMost: 1 + self.list.count * 54) { room in
            room.write(UInt8(self.list.count))
            for window in self.list {
                room.write(window.key)
                room.writeSpan(from: window.start, to: lastSeen)
                room.writeSpan(from: window.start, to: window.end)
                room.writeVarint(UInt64(window.count))
                room.writeVarint(window.entry.offset)
                room.writeVarint(UInt64(window.entry.ordinal))
            }
        }
    }

    /// Reads such a list in place of this one, into the room it has.
    mutating func unpack(from reader: inout ByteReader, lastSeen: Timestamp) throws(DecodingFailure) {
        try self.list.refill(Int(try reader.readByte())) { (room) throws(DecodingFailure) in
            let key: UInt32 = try reader.readWord()
            let start = try reader.readTime(before: lastSeen)
            let length = TimeSpan(microseconds: Int64(bitPattern: try reader.readVarint()))
            let count = UInt32(truncatingIfNeeded: try reader.readVarint())
            let offset = try reader.readVarint()
            let entry = EntryID(offset: offset, ordinal: UInt16(truncatingIfNeeded: try reader.readVarint()))
            var window = LimitWindow(key: key, start: start, length: length, entry: entry)
            window.count = count
            room.append(window)
        }
    }
}

/// The event ids seen of recent page loads: what makes a resend harmless.
package struct SeenEvents: Equatable, Sendable {
    private struct PageLoad: Equatable {
        var nonce: UInt64
        /// The highest counter seen.
        var highest: UInt16
        /// Bit i: whether `highest − i` was seen.
        var seen: UInt64
    }

    // Oldest first; the one used last is moved to the end.
    private var loads: [PageLoad] = []

    /// Nothing seen.
    package init() {}

    /// Notes an id; false if it was seen before, or is so far behind its page load's last that it must have been.
    /// Events without a nonce are always new.
    package mutating func insert(nonce: UInt64, counter: UInt16) -> Bool {
        guard nonce != 0 else { return true }
        guard let index = self.loads.firstIndex(where: { $0.nonce == nonce }) else {
            if self.loads.count >= Limits.rememberedPageLoads { self.loads.removeFirst() }
            self.loads.append(PageLoad(nonce: nonce, highest: counter, seen: 1))
            return true
        }
        var load = self.loads.remove(at: index)
        defer { self.loads.append(load) }
        if counter > load.highest {
            let step = UInt64(counter - load.highest)
            load.seen = step < 64 ? load.seen << step | 1 : 1
            load.highest = counter
            return true
        }
        let behind = UInt64(load.highest - counter)
        guard behind < 64, load.seen & (1 << behind) == 0 else { return false }
        load.seen |= 1 << behind
        return true
    }

    /// Appends the list.
    package func encode(to writer: inout ByteWriter) {
        writer.write(atMost: 1 + self.loads.count * 28) { room in
            room.write(UInt8(self.loads.count))
            for load in self.loads {
                room.write(load.nonce)
                room.writeVarint(UInt64(load.highest))
                room.writeVarint(load.seen)
            }
        }
    }

    /// Reads a list.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) { try self.decode(from: &reader) }

    /// Forgets all ids; the list keeps its room.
    mutating func removeAll() { self.loads.removeAll(keepingCapacity: true) }

    /// Reads a list in place of this one, into the room it has.
    mutating func decode(from reader: inout ByteReader) throws(DecodingFailure) {
        try self.loads.refill(Int(try reader.readByte())) { (room) throws(DecodingFailure) in
            let nonce: UInt64 = try reader.readWord()
            guard let highest = UInt16(exactly: try reader.readVarint()) else { throw .invalid("event counter") }
            room.append(PageLoad(nonce: nonce, highest: highest, seen: try reader.readVarint()))
        }
    }
}

extension Array {
    /// Replaces what a list holds by `count` elements, each of which `body` appends: the list is made ready once, not for
    /// every element.
    @inline(__always)
    mutating func refill(
        _ count: Int,
        _ body: (inout OutputSpan<Element>) throws(DecodingFailure) -> Void
    ) throws(DecodingFailure) {
        self.removeAll(keepingCapacity: true)
        // All empty lists without room are one object, and noting that nothing was appended would write to it.
        guard count > 0 else { return }
        try self.append(addingCapacity: count) { (room) throws(DecodingFailure) in
            for _ in 0..<count { try body(&room) }
        }
    }
}
