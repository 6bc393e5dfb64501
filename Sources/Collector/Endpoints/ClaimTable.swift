import Domain

/// How many claims came within the present hour, by network and by visitor: a form's claim costs its sender nothing,
/// so that their number must (design, section 7).
///
/// Bounded: while the table is full, a network or visitor that is not in it is refused like one over its limit. An
/// address nobody knows, such as a proxy's on this machine, counts for nobody. Touched on its event loop alone.
final class ClaimTable {
    private var hour: Int64 = .min
    private var networks: [UInt32: Int] = [:]
    private var visitors: [VisitorID: Int] = [:]

    /// Counts a claim; false if it is one too many, which is not counted.
    func admits(network: UInt32, visitor: VisitorID?, at now: Timestamp) -> Bool {
        let hour = now.seconds / 3_600
        if hour != self.hour {
            self.hour = hour
            self.networks.removeAll(keepingCapacity: true)
            self.visitors.removeAll(keepingCapacity: true)
        }
        let hasRoom = self.networks.count + self.visitors.count + 2 <= Limits.claimants
        let ofNetwork = self.networks[network] ?? (hasRoom ? 0 : Limits.claimsPerNetwork)
        guard network == 0 || ofNetwork < Limits.claimsPerNetwork else { return false }
        if let visitor {
            let ofVisitor = self.visitors[visitor] ?? (hasRoom ? 0 : Limits.claimsPerVisitor)
            guard ofVisitor < Limits.claimsPerVisitor else { return false }
            self.visitors[visitor] = ofVisitor + 1
        }
        if network != 0 { self.networks[network] = ofNetwork + 1 }
        return true
    }
}
