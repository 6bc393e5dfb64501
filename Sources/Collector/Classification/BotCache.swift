import Domain

/// Remembers what ``BotList`` said of recent user agents: a site's visitors share a few hundred of them.
///
/// Direct-mapped and fixed in size; a collision only means looking again.
struct BotCache {
    // A stored key has its lowest bit replaced by the verdict; 0 is an empty place.
    private var places = [UInt64](repeating: 0, count: Limits.rememberedAgents)

    /// Whether a user agent, whose hash is `hash`, names a program.
    mutating func isBot(_ agent: UnsafeRawBufferPointer, hash: UInt64) -> Bool {
        let index = Int(truncatingIfNeeded: hash >> 1) & (Limits.rememberedAgents - 1)
        let key = hash & ~1
        if key != 0, self.places[index] & ~1 == key { return self.places[index] & 1 == 1 }
        let isBot = BotList.matches(agent)
        self.places[index] = key | (isBot ? 1 : 0)
        return isBot
    }
}
