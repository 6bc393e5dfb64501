import Catalog
import Domain

/// Why an input cannot be merged. Nothing of it was taken.
enum ContactMergeFailure: Error {
    /// Fields are not usable.
    case invalid([FieldProblem])
    /// Keys that belong to different contacts.
    case conflict(String)

    /// As the API says it.
    var error: AdministrationError {
        switch self {
        case .invalid(let problems): .invalid(problems)
        case .conflict(let reason): .conflict(reason)
        }
    }
}

/// The contacts that a batch speaks of: as the catalog has them, and as the batch changes them. Pure.
///
/// A contact record replaces the one before, so what is to be said is merged into what is known. Inputs of one batch
/// that are about the same contact see each other.
struct ContactBook {
    /// What one input came to.
    struct Outcome: Equatable {
        var contact: ContactID
        /// Whether nobody knew who they are before.
        var isNew: Bool
        /// Whether the record says something else now.
        var isChanged: Bool
    }

    private let slotKey: SipKey
    private var lookup: ContactLookup
    private var records: [ContactID: ContactRecord] = [:]
    private var changed: [ContactID] = []
    private var aliases: [AliasRecord] = []
    private var absorbed: [ContactID] = []

    /// Keys of one contact: more than any person has addresses.
    private static let keysPerContact = 16

    init(slotKey: SipKey, lookup: ContactLookup) {
        self.slotKey = slotKey
        self.lookup = lookup
    }

    /// The contact of the input's keys as the catalog has it; nil for an unknown one, or keys of several.
    func known(_ keys: [ExternalKey]) -> ContactRow? {
        let owners = Set(keys.compactMap { self.lookup.owners[$0] })
        guard owners.count == 1, let owner = owners.first, self.records[owner] == nil else { return nil }
        return self.lookup.contacts[owner]
    }

    /// Merges an input into the contact of its keys, or into `target`.
    mutating func apply(
        _ input: ContactInput,
        to target: ContactRecord? = nil
    ) throws(ContactMergeFailure) -> Outcome {
        let problems = input.problems
        if !problems.isEmpty { throw .invalid(problems) }
        let keys = input.externalKeys
        let id = try self.contact(of: keys, target: target)
        let target = target?.contact == id ? target : nil
        let before = self.records[id] ?? target ?? self.lookup.contacts[id]?.record
        let isNew = self.records[id] == nil && target == nil && self.lookup.contacts[id]?.isKnown != true
        var record = before ?? ContactRecord(contact: id)
        // Of the consents only what the inputs change: a withdrawal may be on its way that the catalog does not show.
        record.decidedConsents = self.records[id]?.decidedConsents ?? []
        let known = record
        record.merge(input)
        record.account = try self.account(input, record)
        guard record.fields.count <= Limits.fieldsPerContact else {
            throw .invalid([
                FieldProblem(
                    field: "fields",
                    expected: "at most \(Limits.fieldsPerContact) fields in all",
                    got: "\(record.fields.count)"
                )
            ])
        }
        let added = keys.filter { !record.keys.contains($0) }
        record.keys += added
        guard record.keys.count <= Self.keysPerContact else {
            throw .conflict("Contact \(id.text) has \(Self.keysPerContact) keys already.")
        }
        self.absorbClaims(of: keys, into: &record)
        for key in added {
            self.lookup.owners[key] = id
            let alias = key.contactID(key: self.slotKey)
            if alias != id { self.aliases.append(AliasRecord(alias: alias, contact: id)) }
        }
        let isChanged = isNew || known != record
        if isChanged {
            if self.records[id] == nil { self.changed.append(id) }
            self.records[id] = record
        }
        return Outcome(contact: id, isNew: isNew, isChanged: isChanged)
    }

    /// What has to be logged: each changed contact once, as it is at the end, before the claims that make way for it
    /// and the aliases that lead to it.
    func commands(_ slots: SlotMap) -> CommandFrames {
        var commands = CommandFrames(slots)
        for id in self.changed {
            if let record = self.records[id] { commands.append(record) }
        }
        for contact in self.absorbed { commands.append(ErasureRecord.contact(contact)) }
        for alias in self.aliases { commands.append(alias) }
        return commands
    }

    private func contact(of keys: [ExternalKey], target: ContactRecord?) throws(ContactMergeFailure) -> ContactID {
        var owners: [(key: String, contact: ContactID)] = []
        if let target { owners.append((target.keys.first?.value ?? target.contact.text, target.contact)) }
        for key in keys {
            if let owner = self.lookup.owners[key] { owners.append((key.value, owner)) }
        }
        guard let first = owners.first else {
            guard let key = keys.first else {
                throw .invalid([FieldProblem(field: "email", expected: "an e-mail address or a crm_id", got: "neither")]
                )
            }
            return key.contactID(key: self.slotKey)
        }
        // What a stranger wrote into a form must not stand in the way of what the company knows.
        let vouched = owners.filter { !self.isClaimed($0.contact) }
        guard let winner = vouched.first else { return first.contact }
        if let other = vouched.first(where: { $0.contact != winner.contact }) {
            throw .conflict(
                "“\(winner.key)” is contact \(winner.contact.text), but “\(other.key)” is contact "
                    + "\(other.contact.text)."
            )
        }
        return winner.contact
    }

    private func isClaimed(_ contact: ContactID) -> Bool {
        self.records[contact]?.isClaimed ?? self.lookup.contacts[contact]?.record.isClaimed ?? false
    }

    /// Has contacts that nobody but a form knows make way: their key becomes one of the record's, so that what is done
    /// under it from now on, by their browsers as well, is passed on as the claim it is. What they had brought so far
    /// goes with them. An objection is the person's own and stays.
    private mutating func absorbClaims(of keys: [ExternalKey], into record: inout ContactRecord) {
        for key in keys {
            guard let other = self.lookup.owners[key], other != record.contact, self.isClaimed(other) else { continue }
            let claimed = self.records[other] ?? self.lookup.contacts[other]?.record
            if claimed?.consents.contains(.objected) == true {
                record.change(consents: record.consents.union(.objected))
            }
            self.absorbed.append(other)
            self.lookup.owners[key] = record.contact
        }
    }

    // MARK: Accounts

    /// The account a contact then has: by its key, else by its domain, else that of the address unless anybody can
    /// have one there.
    private mutating func account(
        _ input: ContactInput,
        _ record: ContactRecord
    ) throws(ContactMergeFailure) -> ContactRecord.Account? {
        guard let given = input.account else {
            if let account = record.account { return account }
            return input.companyDomain.map { self.account(domain: $0, name: nil) }
        }
        if let key = given.key {
            return self.account(key: key, name: given.name, domain: given.domain?.lowercased())
        }
        if let domain = given.domain { return self.account(domain: domain.lowercased(), name: given.name) }
        guard let name = given.name else { return record.account }
        if var account = record.account {
            account.name = name
            return account
        }
        guard let domain = input.companyDomain else {
            throw .invalid([
                FieldProblem(
                    field: "account.key",
                    expected: "crm:<id>, or the company's domain, where the e-mail address does not say it",
                    got: "a name alone"
                )
            ])
        }
        return self.account(domain: domain, name: name)
    }

    private mutating func account(key: String, name: String?, domain: String?) -> ContactRecord.Account {
        let id = SipHash.hash(key, key: self.slotKey)
        var account = self.lookup.accountsByKey[key] ?? ContactRecord.Account(id: id, key: key)
        if let name { account.name = name }
        if let domain { account.domain = domain }
        if account.domain.isEmpty, key.hasPrefix("domain:") { account.domain = String(key.dropFirst(7)) }
        self.lookup.accountsByKey[key] = account
        if !account.domain.isEmpty { self.lookup.accountsByDomain[account.domain] = account }
        return account
    }

    private mutating func account(domain: String, name: String?) -> ContactRecord.Account {
        let key = self.lookup.accountsByDomain[domain]?.key ?? "domain:" + domain
        if let account = self.lookup.accountsByDomain[domain] { self.lookup.accountsByKey[key] = account }
        return self.account(key: key, name: name, domain: domain)
    }
}

extension ContactRecord {
    /// Takes over what an input says; what it does not say stays. Said by an authenticated call, so that the contact
    /// is no longer a mere claim.
    fileprivate mutating func merge(_ input: ContactInput) {
        if let email = input.email { self.email = email.text }
        if let firstName = input.firstName { self.firstName = firstName }
        if let lastName = input.lastName { self.lastName = lastName }
        if let phone = input.phone { self.phone = phone }
        if let language = input.language { self.language = language }
        if let status = input.status { self.status = status.rawValue }
        if let role = input.role { self.role = role }
        if let owner = input.owner {
            let known = self.owner?.key == owner.key ? self.owner?.name : nil
            self.owner = Owner(key: owner.key, name: owner.name ?? known ?? "")
        }
        if let consents = input.consents { self.change(consents: consents.applied(to: self.consents)) }
        for field in input.fields {
            let value = Field(name: field.name, value: field.value)
            if let index = self.fields.firstIndex(where: { $0.name >= field.name }) {
                if self.fields[index].name == field.name {
                    self.fields[index] = value
                } else {
                    self.fields.insert(value, at: index)
                }
            } else {
                self.fields.append(value)
            }
        }
        self.isClaimed = false
    }
}
