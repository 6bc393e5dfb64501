import Domain

/// The claims of the present hour by network and by visitor: a form's claim costs its sender nothing, so that their
/// number must (design, section 7). An address nobody knows, such as a proxy's on this machine, counts for nobody.
struct ClaimTable {
    private var networks = HourlyCounts<UInt32>(capacity: Limits.claimants)
    private var visitors = HourlyCounts<VisitorID>(capacity: Limits.claimants)

    /// Counts a claim; false if it is one too many, which is not counted.
    mutating func admits(network: UInt32, visitor: VisitorID?, at now: Timestamp) -> Bool {
        guard network == 0 || self.networks.isBelow(Limits.claimsPerNetwork, network, at: now) else { return false }
        if let visitor {
            guard self.visitors.isBelow(Limits.claimsPerVisitor, visitor, at: now) else { return false }
            self.visitors.count(visitor)
        }
        if network != 0 { self.networks.count(network) }
        return true
    }
}
