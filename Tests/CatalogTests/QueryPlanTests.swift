import Domain
import GRDB
import Synchronization
import Testing

@testable import Catalog

/// What runs often must not read whole tables, however many rows years of use leave in them.
@Suite struct QueryPlanTests {
    @Test(arguments: [
        "SELECT * FROM who_is_hot_and_why",
        "SELECT * FROM hot_contacts",
        "SELECT * FROM contact_ledger WHERE email = 'anna@acme.example'",
    ])
    func viewSearchesByIndex(_ sql: String) throws {
        let plan = try CatalogDatabase().texts("EXPLAIN QUERY PLAN " + sql).map { $0[3] }
        let scans = plan.filter { $0.contains("SCAN") && !$0.contains("contacts_hot") }
        #expect(scans.isEmpty, "\(plan)")
    }

    @Test func outboxSearchesByIndex() async throws {
        let catalog = try CatalogDatabase()
        let outbox = CatalogOutbox(catalog: catalog)
        // A bare table scan has no index behind it to name.
        let statements = try await catalog.tracing {
            _ = try await outbox.ready(for: "crm", at: .never, limit: 8)
            _ = try await outbox.nextDue(for: "crm")
            _ = try await outbox.backlog()
            _ = try await outbox.deadLetters(limit: 8)
        }
        #expect(statements.count >= 4)
        for statement in statements {
            let plan = try catalog.texts("EXPLAIN QUERY PLAN " + statement).map { $0[3] }
            #expect(plan.allSatisfy { !$0.contains("SCAN deliveries\"") && !$0.contains("SCAN d\"") }, "\(plan)")
        }
    }
}

extension CatalogDatabase {
    /// The queries that run inside `body`, on the single connection of a catalog in memory.
    fileprivate func tracing(_ body: () async throws -> Void) async throws -> [String] {
        let statements = Mutex<[String]>([])
        try await self.connections.write { database in
            database.trace { event in
                if case .statement(let statement) = event { statements.withLock { $0.append(statement.expandedSQL) } }
            }
        }
        try await body()
        try await self.connections.write { $0.trace(options: []) }
        return statements.withLock { $0.filter { $0.hasPrefix("SELECT") } }
    }
}
