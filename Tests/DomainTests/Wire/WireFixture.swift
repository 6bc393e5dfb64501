import Domain

/// Decodes test input and reads the results as strings.
struct WireFixture {
    static let nonceKey = SipKey(1, 2)
    var decoder = WireDecoder(nonceKey: Self.nonceKey)

    /// The keys every event needs.
    static let required = #""type":"page_view","site":"s1","url":"https://example.com/a""#

    /// The outcomes of a body.
    mutating func outcomes(_ json: String) throws -> [WireOutcome] {
        try self.outcomes(Array(json.utf8))
    }

    /// The outcomes of a body.
    mutating func outcomes(_ json: [UInt8]) throws -> [WireOutcome] {
        self.decoder.reset()
        try json.withUnsafeBytes { try self.decoder.decodeBody($0) }
        return self.decoder.outcomes
    }

    /// The outcome of a body of one object with the required keys and `members`.
    mutating func outcome(_ members: String) throws -> WireOutcome {
        let outcomes = try self.outcomes("{\(Self.required)\(members.isEmpty ? "" : ",")\(members)}")
        guard outcomes.count == 1, let first = outcomes.first else { throw Rejection.notAnEvent }
        return first
    }

    /// The accepted event of ``outcome(_:)`` and the names of what was dropped.
    mutating func event(_ members: String) throws -> (WireEvent, [String]) {
        try Self.accepted(self.outcome(members))
    }

    /// The outcome of a pixel's query.
    mutating func query(_ query: String, referer: String = "") -> WireOutcome {
        self.decoder.reset()
        return Array(query.utf8).withUnsafeBytes { query in
            Array(referer.utf8).withUnsafeBytes { self.decoder.decodeQuery(query, fallbackURL: $0) }
        }
    }

    static func accepted(_ outcome: WireOutcome) throws -> (WireEvent, [String]) {
        switch outcome {
        case .accepted(let event, let dropped): return (event, dropped.names)
        case .rejected(let rejection): throw rejection
        }
    }

    static func rejection(_ outcome: WireOutcome) -> Rejection? {
        if case .rejected(let rejection) = outcome { rejection } else { nil }
    }

    /// A text of the last event.
    func text(_ range: TextRange) -> String { range.string(in: self.decoder.scratch) }

    /// The fields of a form as pairs.
    func fields(_ event: WireEvent) -> [[String]] {
        self.decoder.scratch.withUnsafeBytes { bytes in
            FormFields(event.fields, in: bytes).map { [$0.key.string(in: bytes), $0.value.string(in: bytes)] }
        }
    }
}

/// Normalises an address and reads the result as strings.
struct AddressFixture {
    var text = ""
    var host = ""
    var path = ""
    var key = ""
    var isSecure = false
    var parameters: [String: String] = [:]
    var clickIDName: String?

    init(_ address: String, query: AddressNormaliser.QueryTreatment = .withoutTracking) throws {
        var scratch = Array("before".utf8)
        var normaliser = AddressNormaliser()
        let page = try Array(address.utf8).withUnsafeBytes {
            try normaliser.normalise($0, query: query, into: &scratch)
        }
        self.text = page.text.string(in: scratch)
        self.host = page.host.string(in: scratch)
        self.path = page.path.string(in: scratch)
        self.key = page.key.string(in: scratch)
        self.isSecure = page.isSecure
        let found = normaliser.parameters
        let named = [
            ("source", found.source), ("medium", found.medium), ("name", found.name), ("content", found.content),
            ("term", found.term), ("click", found.click),
        ]
        for (name, range) in named where !range.isEmpty { self.parameters[name] = range.string(in: scratch) }
        self.clickIDName = found.clickID.map { "\(TrackingParameters.clickIDNames[$0])" }
    }
}
