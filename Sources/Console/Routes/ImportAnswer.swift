import Domain

/// What became of a batch: one item per contact, in order, and how many of each.
struct ImportAnswer: Encodable, Sendable {
    struct Item: Encodable, Sendable {
        var index: Int
        var result: String
        var id: String?
        var problems: [FieldProblem]?
    }

    /// What can become of a contact of a batch.
    static let results = ["new", "changed", "unchanged", "refused"]

    var dryRun: Bool
    var counts: [String: Int]
    var items: [Item]

    /// Has the contacts of a checked body taken whose own shape is right; the others are refused here.
    static func take(_ body: JSONValue, by administration: any Administration) async throws -> ImportAnswer {
        let isDryRun = body["dry_run"]?.flag ?? false
        let given = body["contacts"]?.list ?? []
        var verdicts: [ImportVerdict?] = []
        var drafts: [ContactDraft] = []
        for contact in given {
            do throws(AdministrationError) {
                drafts.append(try ContactDraft(unchecked: contact))
                verdicts.append(nil)
            } catch {
                verdicts.append(.refused(error.problems))
            }
        }
        var taken = try await administration.importContacts(drafts, isDryRun: isDryRun)[...]
        guard taken.count == drafts.count else { throw AdministrationError.failed }
        let items = verdicts.enumerated().map { index, verdict in
            Item(index: index, verdict ?? taken.removeFirst())
        }
        var counts = Dictionary(uniqueKeysWithValues: Self.results.map { ($0, 0) })
        for item in items { counts[item.result, default: 0] += 1 }
        return ImportAnswer(dryRun: isDryRun, counts: counts, items: items)
    }
}

extension ImportAnswer.Item {
    fileprivate init(index: Int, _ verdict: ImportVerdict) {
        self.index = index
        switch verdict {
        case .new(let contact):
            self.result = "new"
            self.id = contact.text
        case .changed(let contact):
            self.result = "changed"
            self.id = contact.text
        case .unchanged(let contact):
            self.result = "unchanged"
            self.id = contact.text
        case .refused(let problems):
            self.result = "refused"
            self.problems = problems
        }
    }
}

extension ContactDraft {
    /// Reads one contact of a batch.
    fileprivate init(unchecked body: JSONValue) throws(AdministrationError) {
        var problems = InputSchemas.importedContact.one.problems(in: body)
        if problems.isEmpty, body["crm_id"] == nil, body["email"] == nil {
            problems = [FieldProblem(field: "", expected: "crm_id or email", got: "neither")]
        }
        guard problems.isEmpty else { throw .invalid(problems) }
        self.init()
        self.crmID = body["crm_id"]?.text
        self.email = body["email"]?.text.flatMap(EmailAddress.init)
        self.firstName = body["first_name"]?.text
        self.lastName = body["last_name"]?.text
        self.phone = body["phone"]?.text
        self.mobile = body["mobile"]?.text
        self.company = body["company"]?.text
        self.companyDomain = body["company_domain"]?.text
        self.ownerName = body["owner_name"]?.text
        self.ownerEmail = body["owner_email"]?.text.flatMap(EmailAddress.init)
        self.status = body["status"]?.text.flatMap(ContactStatus.init(rawValue:))
        self.title = body["title"]?.text
        self.role = body["role"]?.text ?? self.title.flatMap(ContactRole.normalised)
        self.mailConsent = body["mail_consent"]?.flag
        self.objected = body["objected"]?.flag
        self.fields = try ContactField.list(body["fields"], at: "fields")
    }
}
