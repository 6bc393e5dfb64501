import Domain

extension ContactInput {
    /// The keys it names, the more certain first.
    var externalKeys: [ExternalKey] {
        var keys: [ExternalKey] = []
        if let crmID { keys.append(ExternalKey(.crm, crmID)) }
        if let email { keys.append(ExternalKey(.email, email.text)) }
        return keys
    }

    /// The domain of the address, unless anybody can have one there.
    var companyDomain: String? {
        guard let domain = self.email?.domain, !domain.isEmpty, !FreeMailDomains.contains(domain) else { return nil }
        return domain
    }

    /// What the catalog is to look up for it.
    var accountDomains: [String] { [self.account?.domain?.lowercased(), self.companyDomain].compactMap(\.self) }

    /// What is wrong with its texts.
    var problems: [FieldProblem] {
        var check = FieldCheck()
        check.text(self.crmID, "crm_id", atMost: Limits.nameBytes, isNeeded: true)
        check.text(self.firstName, "first_name")
        check.text(self.lastName, "last_name")
        check.text(self.phone, "phone")
        check.text(self.language, "language", atMost: 35)
        check.text(self.role, "role")
        check.text(self.owner?.key, "owner.key", isNeeded: true)
        check.text(self.owner?.name, "owner.name")
        check.text(self.account?.name, "account.name")
        if let domain = self.account?.domain {
            check.that(
                DomainName.isValid(Array(domain.lowercased().utf8)[...]),
                "account.domain",
                "a host name such as example.com",
                got: FieldCheck.shown(domain)
            )
        }
        if let key = self.account?.key { Self.check(accountKey: key, &check) }
        for (index, field) in self.fields.enumerated() {
            check.text(field.name, "fields[\(index)].name", atMost: Limits.nameBytes, isNeeded: true)
            check.text(field.value, "fields.\(field.name)")
        }
        return check.problems
    }

    private static func check(accountKey key: String, _ check: inout FieldCheck) {
        check.text(key, "account.key")
        let isCRM = key.hasPrefix("crm:") && key.utf8.count > 4
        let isDomain = key.hasPrefix("domain:") && DomainName.isValid(Array(key.utf8.dropFirst(7))[...])
        check.that(isCRM || isDomain, "account.key", "crm:<id> or domain:<host>", got: FieldCheck.shown(key))
    }

    /// Keeps a value that has no place of its own, unless a field of the name says something already.
    private mutating func keep(_ value: String?, as name: String) {
        guard let value, !self.fields.contains(where: { $0.name == name }) else { return }
        self.fields.append(ContactField(name: name, value: value))
    }

    /// What a row of an import says.
    ///
    /// An import may record that somebody objects, but cannot take an objection back: exports are older than what the
    /// person said since. Consent to mail is consent to tracked clicks; opens need a consent of their own.
    init(_ draft: ContactDraft) {
        self.init()
        self.crmID = draft.crmID
        self.email = draft.email
        self.firstName = draft.firstName
        self.lastName = draft.lastName
        self.phone = draft.phone ?? draft.mobile
        self.status = draft.status
        self.role = draft.role
        self.fields = draft.fields
        self.keep(draft.title, as: "title")
        if draft.phone != nil { self.keep(draft.mobile, as: "mobile") }
        if draft.company != nil || draft.companyDomain != nil {
            self.account = Account(name: draft.company, domain: draft.companyDomain)
        }
        if let company = draft.company, draft.companyDomain == nil, self.companyDomain == nil {
            // Nothing tells companies of one name apart, so the name stays with the person.
            self.account = nil
            self.keep(company, as: "company")
        }
        if let key = draft.ownerEmail?.text ?? draft.ownerName { self.owner = Owner(key: key, name: draft.ownerName) }
        var consents = ConsentsInput()
        consents.clicks = draft.mailConsent
        consents.objected = draft.objected == true ? true : nil
        self.consents = consents
    }
}
