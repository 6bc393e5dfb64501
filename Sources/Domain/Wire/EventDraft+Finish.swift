extension EventDraft {
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
            guard !self.event.target.isEmpty else { throw .missingTarget }
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
        if self.event.click.isEmpty, !parameters.click.isEmpty {
            let click = WireValue(PercentCoding.appendFormDecoded(parameters.click.bounds, to: &scratch))
            self.event.click = click.token(in: scratch) ?? .empty
        }
    }

    private static func fill(_ property: inout TextRange, from raw: TextRange, in scratch: inout [UInt8]) {
        guard property.isEmpty, !raw.isEmpty else { return }
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
