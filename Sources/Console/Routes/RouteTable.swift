/// Every route of the private port. What is not in here does not exist: the router and the OpenAPI document are both
/// made from it.
enum RouteTable {
    static let all: [Route] =
        PageRoutes.all + HealthRoutes.all + SiteRoutes.all + ContactRoutes.all + AccountRoutes.all
        + HistoryRoutes.all + ContentRoutes.all + DeliveryRoutes.all + ModelRoutes.all + OperationRoutes.all

    /// The methods an address takes; empty if there is no such address.
    static func methods(of path: String) -> [String] {
        self.all.filter { $0.matches(path) }.map(\.method.rawValue).sorted()
    }
}
