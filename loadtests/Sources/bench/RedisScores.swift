import Domain

/// The scores in Redis, with the commands of `nginx/pixel.lua`: balance, last seen, views and the last eight pages of
/// each visitor. The balances of a batch are read in one pipeline, and everything is written in a second.
final class RedisScores {
    /// Page views in a pipeline.
    static let pipelined = 64

    private struct Known {
        var value: Double
        var time: Double
    }

    private let client: RedisClient

    init(socket: String) throws {
        self.client = try RedisClient(path: socket)
        _ = try self.client.call("FLUSHALL")
    }

    func take(_ views: [StoredView]) throws {
        var rest = views[...]
        while !rest.isEmpty {
            try self.exchange(rest.prefix(Self.pipelined))
            rest = rest.dropFirst(Self.pipelined)
        }
    }

    private func exchange(_ views: ArraySlice<StoredView>) throws {
        for view in views { self.client.add("HMGET", Self.key(view.visitor), "web", "at") }
        var known: [VisitorID: Known] = [:]
        for (view, reply) in zip(views, try self.client.exchange()) {
            guard case .list(let fields) = reply, fields.count == 2,
                let value = fields[0].text.flatMap(Double.init), let time = fields[1].text.flatMap(Double.init)
            else { continue }
            known[view.visitor] = Known(value: value, time: time)
        }
        for view in views {
            // A visitor may be there twice in a batch; the second view finds what the first one made of it.
            let balance = view.balance(after: known[view.visitor].map { ($0.value, $0.time) })
            known[view.visitor] = Known(value: balance, time: view.time)
            let key = Self.key(view.visitor)
            let pages = "p" + key.dropFirst()
            self.client.add("HSET", key, "web", "\(balance)", "at", "\(view.time)", "seen", "\(view.time)")
            self.client.add("HINCRBY", key, "views", "1")
            self.client.add("LPUSH", pages, view.path)
            self.client.add("LTRIM", pages, "0", "7")
        }
        _ = try self.client.exchange()
    }

    /// What is kept of a visitor.
    func score(of visitor: VisitorID) throws -> (balance: Double, views: Int)? {
        self.client.add("HMGET", Self.key(visitor), "web", "views")
        guard case .list(let fields)? = try self.client.exchange().first, fields.count == 2,
            let balance = fields[0].text.flatMap(Double.init), let views = fields[1].text.flatMap(Int.init)
        else { return nil }
        return (balance, views)
    }

    /// Seconds the server has spent on a core.
    func serverSeconds() throws -> Double {
        let lines = try self.client.call("INFO", "cpu").text?.split(separator: "\r\n") ?? []
        return lines.reduce(0) { sum, line in
            let isOurs = line.hasPrefix("used_cpu_user:") || line.hasPrefix("used_cpu_sys:")
            return sum + (isOurs ? Double(line.split(separator: ":")[1]) ?? 0 : 0)
        }
    }

    private static func key(_ visitor: VisitorID) -> String {
        "v:" + String(visitor.high, radix: 16) + "." + String(visitor.low, radix: 16)
    }
}
