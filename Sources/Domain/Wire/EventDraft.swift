/// An event while its values come in, in any order and perhaps more than once: the last one counts.
///
/// Until ``finish(in:)`` the addresses of ``event`` are as they were sent.
struct EventDraft {
    private(set) var event = WireEvent()
    private var dropped: DroppedFields = []
    private var hasKind = false

    /// Takes the value of a key in place of any before; of "fields", only its absence.
    mutating func assign(_ key: WireKey, _ value: WireValue, nonceKey: SipKey, in scratch: inout [UInt8]) {
        let isUsable =
            switch key.form {
            case .text: self.assignText(key, value, nonceKey: nonceKey, in: &scratch)
            case .number: self.assignNumber(key, value)
            case .flag: Self.put(value.flag, into: &self.event.isUpgrade, else: false)
            case .fields: Self.put(value.isAbsent ? .empty : nil, into: &self.event.fields, else: .empty)
            }
        self.mark(key, isUsable: isUsable)
    }

    /// Takes the fields of a form, encoded as ``FormFields`` reads them; `isWhole` tells whether all could be used.
    mutating func assignFields(_ fields: TextRange, isWhole: Bool) {
        self.event.fields = fields
        self.mark(.fields, isUsable: isWhole)
    }

    /// Whether an address was given.
    var hasURL: Bool { !self.event.url.isEmpty }

    /// Takes an address from elsewhere than a key.
    mutating func setURL(_ url: TextRange) { self.event.url = url }

    /// Takes a kind from elsewhere than a key.
    mutating func setKind(_ kind: EventKind) {
        self.event.kind = kind
        self.hasKind = true
    }

    private mutating func mark(_ key: WireKey, isUsable: Bool) {
        if isUsable || key.isRequired {
            self.dropped.remove(DroppedFields(key))
        } else {
            self.dropped.insert(DroppedFields(key))
        }
    }

    private static func put<Value>(_ value: Value?, into property: inout Value, else absent: Value) -> Bool {
        property = value ?? absent
        return value != nil
    }

    private mutating func assignText(
        _ key: WireKey,
        _ value: WireValue,
        nonceKey: SipKey,
        in scratch: inout [UInt8]
    ) -> Bool {
        switch key {
        case .type:
            let kind = value.kind(in: scratch)
            self.hasKind = kind != nil
            return Self.put(kind, into: &self.event.kind, else: .pageView)
        case .site:
            let site = value.text.flatMap { $0.count <= Limits.nameBytes ? $0 : nil }
            return Self.put(site, into: &self.event.site, else: .empty)
        case .url: return Self.put(value.text, into: &self.event.url, else: .empty)
        case .referrer: return Self.put(value.text, into: &self.event.referrer, else: .empty)
        case .target: return Self.put(value.text, into: &self.event.target, else: .empty)
        case .id:
            let identity = value.identity(under: nonceKey, in: scratch)
            self.event.counter = identity?.counter ?? 0
            return Self.put(identity?.nonce, into: &self.event.nonce, else: 0)
        case .click: return Self.put(value.token(in: scratch), into: &self.event.click, else: .empty)
        case .consent: return Self.put(value.choice(in: scratch), into: &self.event.consent, else: .undecided)
        case .title:
            let title = value.cleanText(limit: Limits.titleBytes, in: &scratch)
            return Self.put(title, into: &self.event.title, else: .empty)
        default:
            let name = value.cleanText(limit: Limits.nameBytes, in: &scratch)
            return self.putName(name, of: key)
        }
    }

    private mutating func putName(_ name: TextRange?, of key: WireKey) -> Bool {
        switch key {
        case .campaignSource: Self.put(name, into: &self.event.campaignSource, else: .empty)
        case .campaignMedium: Self.put(name, into: &self.event.campaignMedium, else: .empty)
        case .campaignName: Self.put(name, into: &self.event.campaignName, else: .empty)
        case .campaignContent: Self.put(name, into: &self.event.campaignContent, else: .empty)
        case .campaignTerm: Self.put(name, into: &self.event.campaignTerm, else: .empty)
        default: Self.put(name, into: &self.event.name, else: .empty)
        }
    }

    private mutating func assignNumber(_ key: WireKey, _ value: WireValue) -> Bool {
        switch key {
        case .time: return Self.put(value.milliseconds, into: &self.event.clientMilliseconds, else: 0)
        case .sent: return Self.put(value.milliseconds, into: &self.event.sentMilliseconds, else: 0)
        case .engaged:
            let engaged = value.number(in: 0...Double(UInt32.max)).map { UInt32($0) }
            return Self.put(engaged, into: &self.event.engagedMilliseconds, else: 0)
        case .scroll:
            let scroll = value.number(in: 0...100).map { UInt8($0) }
            return Self.put(scroll, into: &self.event.scrollPercent, else: 0)
        default:
            let finite = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
            return Self.put(value.number(in: finite), into: &self.event.value, else: 0)
        }
    }

    // MARK: The whole

    /// The event with its addresses normalised, or why it is rejected.
    mutating func finish(in scratch: inout [UInt8]) -> WireOutcome {
        do {
            try self.complete(in: &scratch)
            return .accepted(self.event, dropped: self.dropped)
        } catch {
            return .rejected(error)
        }
    }

    private mutating func complete(in scratch: inout [UInt8]) throws(Rejection) {
        guard self.hasKind else { throw .unknownType }
        guard !self.event.site.isEmpty else { throw .unknownSite }
        var normaliser = AddressNormaliser()
        let page = try normaliser.normalise(self.event.url, query: .withoutTracking, in: &scratch)
        self.event.url = page.text
        self.event.path = page.path
        self.event.isSecure = page.isSecure
        self.take(normaliser.parameters, in: &scratch)
        self.normaliseReferrer(of: page, in: &scratch)
        self.normaliseTarget(in: &scratch)
        switch self.event.kind {
        case .custom, .formSubmit:
            guard !self.event.name.isEmpty else { throw .missingName }
        case .download:
            guard !self.event.target.isEmpty else { throw .missingName }
        default: break
        }
    }

    /// Fills what the event does not say itself from the parameters of its address.
    private mutating func take(_ parameters: TrackingParameters, in scratch: inout [UInt8]) {
        Self.fill(&self.event.campaignSource, from: parameters.source, in: &scratch)
        Self.fill(&self.event.campaignMedium, from: parameters.medium, in: &scratch)
        Self.fill(&self.event.campaignName, from: parameters.name, in: &scratch)
        Self.fill(&self.event.campaignContent, from: parameters.content, in: &scratch)
        Self.fill(&self.event.campaignTerm, from: parameters.term, in: &scratch)
        if let index = parameters.clickID {
            self.event.clickIDName = scratch.appendText(TrackingParameters.clickIDNames[index])
        }
        if self.event.click.isEmpty {
            let click = WireValue(PercentCoding.appendFormDecoded(parameters.click.bounds, to: &scratch))
            self.event.click = click.token(in: scratch) ?? .empty
        }
    }

    private static func fill(_ property: inout TextRange, from raw: TextRange, in scratch: inout [UInt8]) {
        guard property.isEmpty else { return }
        let text = PercentCoding.appendFormDecoded(raw.bounds, to: &scratch)
        guard UTF8Form.isWellFormed(text, in: scratch) else { return }
        property = WireValue(text).cleanText(limit: Limits.nameBytes, in: &scratch) ?? .empty
    }

    private mutating func normaliseReferrer(of page: PageAddress, in scratch: inout [UInt8]) {
        guard !self.event.referrer.isEmpty else { return }
        var normaliser = AddressNormaliser()
        let referrer = try? normaliser.normalise(self.event.referrer, query: .removed, in: &scratch)
        self.mark(.referrer, isUsable: referrer != nil)
        let isOwn = referrer?.host.equals(page.host, in: scratch) ?? true
        self.event.referrer = isOwn ? .empty : referrer?.text ?? .empty
    }

    private mutating func normaliseTarget(in scratch: inout [UInt8]) {
        guard !self.event.target.isEmpty else { return }
        var normaliser = AddressNormaliser()
        let target = try? normaliser.normalise(self.event.target, query: .withoutTracking, in: &scratch)
        self.mark(.target, isUsable: target != nil)
        self.event.target = target?.text ?? .empty
    }
}
