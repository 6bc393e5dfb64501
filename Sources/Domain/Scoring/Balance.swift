/// What a group's points on a topic are worth, at a reading of the group's decay clock.
package struct Balance: Equatable, Sendable {
    /// The group's number.
    package var group: UInt8
    /// The topic's number; 0 for none.
    package var topic: UInt8
    /// The worth at ``reading``.
    package var value: Double
    /// D of the group.
    package var reading: Double

    /// A balance.
    package init(group: UInt8, topic: UInt8, value: Double, reading: Double) {
        self.group = group
        self.topic = topic
        self.value = value
        self.reading = reading
    }

    /// The worth when the clock reads `now`.
    package func value(at now: Double) -> Double {
        self.value * Exp2.power(self.reading - now)
    }

    /// Adds points that were granted when the clock read `granted`, and moves the balance to `now`.
    package mutating func add(_ points: Double, grantedAt granted: Double, now: Double) {
        self.value = self.value(at: now) + points * Exp2.power(granted - now)
        self.reading = now
    }
}

/// The balances of one profile: few, so a list; the smallest topic makes way when there are too many.
package struct Balances: Equatable, Sendable {
    /// In order of group and topic.
    package private(set) var list: [Balance] = []

    /// No points.
    package init() {}

    /// Balances as they were stored, in order of group and topic.
    package init(list: [Balance]) { self.list = list }

    /// Adds points; see ``Balance/add(_:grantedAt:now:)``.
    package mutating func add(_ points: Double, group: UInt8, topic: UInt8, grantedAt granted: Double, now: Double) {
        if let index = self.list.firstIndex(where: { $0.group == group && $0.topic == topic }) {
            self.list[index].add(points, grantedAt: granted, now: now)
            return
        }
        var balance = Balance(group: group, topic: topic, value: 0, reading: now)
        balance.add(points, grantedAt: granted, now: now)
        let index = self.list.firstIndex { ($0.group, $0.topic) > (group, topic) } ?? self.list.count
        self.list.insert(balance, at: index)
    }

    /// What a group is worth, all topics together, when its clock reads `now`.
    package func total(group: UInt8, now: Double) -> Double {
        var sum = 0.0
        for balance in self.list where balance.group == group { sum += balance.value(at: now) }
        return sum
    }

    /// Keeps the ``Limits/topicsPerProfile`` topics worth most and gives the points of the rest to "no topic", so
    /// that groups keep their totals. `readings` are the groups' clocks. Returns the topics that lost their name.
    @discardableResult
    package mutating func limitTopics(readings: (UInt8) -> Double) -> [UInt8] {
        // Most profiles have few: no more balances with a topic than there may be topics.
        guard self.list.count(where: { $0.topic != 0 }) > Limits.topicsPerProfile else { return [] }
        var worth: [(topic: UInt8, value: Double)] = []
        for balance in self.list where balance.topic != 0 {
            let value = balance.value(at: readings(balance.group))
            if let index = worth.firstIndex(where: { $0.topic == balance.topic }) {
                worth[index].value += value
            } else {
                worth.append((balance.topic, value))
            }
        }
        guard worth.count > Limits.topicsPerProfile else { return [] }
        worth.sort { $0.value == $1.value ? $0.topic < $1.topic : $0.value > $1.value }
        let dropped = worth[Limits.topicsPerProfile...].map(\.topic)
        self.unname(dropped, readings: readings)
        return dropped
    }

    /// Gives the points of topics to "no topic".
    package mutating func unname(_ topics: [UInt8], readings: (UInt8) -> Double) {
        for balance in self.list where topics.contains(balance.topic) {
            self.list.removeAll { $0.group == balance.group && $0.topic == balance.topic }
            let now = readings(balance.group)
            self.add(balance.value(at: now), group: balance.group, topic: 0, grantedAt: now, now: now)
        }
    }

    /// Appends the list.
    package func encode(to writer: inout ByteWriter) {
        writer.write(atMost: 10 + self.list.count * 18) { room in
            room.writeVarint(UInt64(self.list.count))
            for balance in self.list {
                room.write(balance.group)
                room.write(balance.topic)
                room.write(balance.value)
                room.write(balance.reading)
            }
        }
    }

    /// Reads a list.
    package init(decoding reader: inout ByteReader) throws(DecodingFailure) { try self.decode(from: &reader) }

    /// Forgets all points; the list keeps its room.
    mutating func removeAll() { self.list.removeAll(keepingCapacity: true) }

    /// Reads a list in place of this one, into the room it has.
    mutating func decode(from reader: inout ByteReader) throws(DecodingFailure) {
        let count = try reader.readVarint()
        guard count <= UInt64(reader.remaining) / 18 else { throw .truncated }
        try self.list.refill(Int(count)) { (room) throws(DecodingFailure) in
            let group = try reader.readByte()
            let topic = try reader.readByte()
            let value = try reader.readDouble()
            room.append(Balance(group: group, topic: topic, value: value, reading: try reader.readDouble()))
        }
    }
}
