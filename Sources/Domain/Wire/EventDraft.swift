/// An event while its values come in, in any order and perhaps more than once: the last one counts.
///
/// Until ``finish(in:)`` the addresses of ``event`` are as they were sent.
struct EventDraft {
    var event = WireEvent()
    var dropped: DroppedFields = []
    var hasKind = false

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

    mutating func mark(_ key: WireKey, isUsable: Bool) {
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
        default:
            let scroll = value.number(in: 0...100).map { UInt8($0) }
            return Self.put(scroll, into: &self.event.scrollPercent, else: 0)
        }
    }
}
