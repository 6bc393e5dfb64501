import Domain

/// What one slot knows of networks from which mail is clicked: evidence that no single contact can see.
///
/// A gateway that follows a link in many people's mail within seconds gives itself away by the many people. Bounded:
/// few networks, oldest out first, and few clicks each.
struct NetworkTable: Equatable, Sendable {
    /// A click that came from a network.
    struct Sighting: Equatable, Sendable {
        var contact: ContactID
        var click: UInt64
        var time: Timestamp
    }

    private struct Network: Equatable {
        var id: UInt32
        var sightings: [Sighting]
        /// Until when every click from here is taken for the burst's.
        var machineUntil: Timestamp
    }

    // Oldest first; the one used last is moved to the end.
    private var networks: [Network] = []

    /// Different contacts that make a burst, and within what time.
    static let burstContacts = 5
    static let burstWindow = TimeSpan.seconds(5)
    /// How long after a burst's last click further clicks count to it.
    static let burstTail = TimeSpan.seconds(10)

    /// Notes a click. Returns the clicks that are a machine's because of it.
    mutating func note(_ sighting: Sighting, from id: UInt32) -> [Sighting] {
        var network = Network(id: id, sightings: [], machineUntil: .distantPast)
        if let index = self.networks.firstIndex(where: { $0.id == id }) {
            network = self.networks.remove(at: index)
        } else if self.networks.count >= Limits.networksPerSlot {
            self.networks.removeFirst()
        }
        defer { self.networks.append(network) }

        if sighting.time < network.machineUntil {
            network.machineUntil = sighting.time.adding(Self.burstTail)
            return [sighting]
        }
        network.sightings.removeAll { $0.time.adding(Self.burstWindow) < sighting.time }
        if network.sightings.count >= Limits.sightingsPerNetwork { network.sightings.removeFirst() }
        network.sightings.append(sighting)
        guard Set(network.sightings.map(\.contact)).count >= Self.burstContacts else { return [] }
        defer { network.sightings = [] }
        network.machineUntil = sighting.time.adding(Self.burstTail)
        return network.sightings
    }

    init() {}

    func encode(to writer: inout ByteWriter) {
        writer.write(UInt8(self.networks.count))
        for network in self.networks {
            writer.write(network.id)
            writer.write(network.machineUntil.microseconds)
            writer.write(UInt8(network.sightings.count))
            for sighting in network.sightings {
                writer.write(sighting.contact.rawValue)
                writer.write(sighting.click)
                writer.write(sighting.time.microseconds)
            }
        }
    }

    init(decoding reader: inout ByteReader) throws(DecodingFailure) {
        for _ in 0..<(try reader.readByte()) {
            let id: UInt32 = try reader.readWord()
            let until = Timestamp(microseconds: try reader.readWord())
            var sightings: [Sighting] = []
            for _ in 0..<(try reader.readByte()) {
                let contact = ContactID(try reader.readWord())
                let click: UInt64 = try reader.readWord()
                let time = Timestamp(microseconds: try reader.readWord())
                sightings.append(Sighting(contact: contact, click: click, time: time))
            }
            self.networks.append(Network(id: id, sightings: sightings, machineUntil: until))
        }
    }
}
