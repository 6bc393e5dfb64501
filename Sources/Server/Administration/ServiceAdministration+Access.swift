import Catalog
import Crypto
package import Domain

extension ServiceAdministration {
    /// What a secret begins with, so that one that leaked is recognised as ours.
    private static let secretPrefix = "vdg_"

    package func authenticate(_ secret: String) async throws -> Principal? {
        // Found by its hash: what the search's time tells is about the hash, from which no secret follows.
        guard let key = try await self.core.catalog.apiKey(hash: Self.hash(secret)) else { return nil }
        let today = Int32(clamping: self.now.seconds / 86_400)
        if key.lastUsedDay ?? .min < today { try await self.core.catalog.markAPIKeyUsed(key.id, day: today) }
        return Principal(name: key.name, scopes: key.scopes.compactMap(Scope.init(name:)))
    }

    package func createKey(name: String, scopes: [Scope]) async throws -> CreatedKey {
        var check = FieldCheck()
        check.text(name, "name", atMost: Limits.nameBytes, isNeeded: true)
        check.that(!scopes.isEmpty, "scopes", "at least one of read, write, admin", got: "none")
        try check.orThrow()
        var random = ByteWriter()
        for _ in 0..<4 { random.write(self.core.randomness.next()) }
        let secret = Self.secretPrefix + Base64URL.encode(random.bytes)
        let row = try await self.core.catalog.addAPIKey(
            name: name,
            hash: Self.hash(secret),
            scopes: Set(scopes).sorted().map(\.name),
            at: self.now
        )
        return CreatedKey(key: KeyView(row), secret: secret)
    }

    package func keys() async throws -> [KeyView] {
        try await self.core.catalog.apiKeys().map(KeyView.init)
    }

    package func revokeKey(_ id: Int64) async throws {
        guard try await self.core.catalog.removeAPIKey(id) else { throw AdministrationError.notFound("key \(id)") }
    }

    // The secret holds 256 random bits, so that a plain hash is as good as a slow one.
    private static func hash(_ secret: String) -> [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }
}

extension KeyView {
    fileprivate init(_ row: APIKeyRow) {
        self.init(
            id: row.id,
            name: row.name,
            scopes: row.scopes,
            created: row.created,
            lastUsedDay: row.lastUsedDay
        )
    }
}
