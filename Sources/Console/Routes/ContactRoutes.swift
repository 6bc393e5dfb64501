import Domain

enum ContactRoutes {
    static let all: [Route] = [
        .page(
            "/api/v1/contacts",
            "listContacts",
            "Contacts, in the order of their ids",
            query: [
                .optional("stage", ContactSchemas.stage),
                .optional("owner", .text(256, .filled), "The owner's key."),
                .optional("account", .text(256, .filled), "The account's key."),
                .optional("awaits_confirmation", .flag),
                .optional("search", .text(256, .filled), "Part of the address, the name, or the account's name."),
            ],
            of: ContactSchemas.contact
        ) {
            .json(try await $0.administration.contacts(ContactQuery($0.query), page: $0.page))
        },
        .change(
            .post,
            "/api/v1/contacts",
            "putContact",
            "Creates a contact, or updates the one with its keys",
            .write,
            body: .json(InputSchemas.contact),
            .json(ContactSchemas.contact.one, status: 200)
        ) {
            let input = try ContactInput($0.body)
            guard input.crmID != nil || input.email != nil else { throw ContactInput.noKey }
            let put = try await $0.administration.putContact(input)
            return .json(put.contact, status: put.isNew ? 201 : 200)
        },
        .change(
            .post,
            "/api/v1/contacts/import",
            "importContacts",
            "Takes a batch of contacts",
            .write,
            body: .json(InputSchemas.batch),
            .json(ContactSchemas.importAnswer.one, status: 200)
        ) {
            .json(try await ImportAnswer.take($0.body, by: $0.administration))
        },
        .get("/api/v1/contacts/{contact}", "getContact", "A contact", answers: ContactSchemas.contact.one) {
            .json(try await $0.administration.contact($0.contact()))
        },
        .change(
            .patch,
            "/api/v1/contacts/{contact}",
            "updateContact",
            "Updates a contact",
            .write,
            body: .json(InputSchemas.contact),
            .json(ContactSchemas.contact.one, status: 200)
        ) {
            .json(try await $0.administration.updateContact($0.contact(), ContactInput($0.body)))
        },
        .change(
            .delete,
            "/api/v1/contacts/{contact}",
            "eraseContact",
            "Erases a contact with their visitors, everywhere",
            .admin,
            .json(ContactSchemas.erasure.one, status: 200)
        ) {
            .json(try await $0.administration.eraseContact($0.contact()))
        },
        .change(
            .put,
            "/api/v1/contacts/{contact}/consents",
            "setConsents",
            "Changes what may be recorded",
            .write,
            body: .json(InputSchemas.consents),
            .json(ContactSchemas.contact.one, status: 200)
        ) {
            .json(try await $0.administration.setConsents($0.contact(), ConsentsInput($0.body)))
        },
        .get("/api/v1/owners", "listOwners", "The salespeople contacts belong to", answers: ContactSchemas.owner.all) {
            .json(Items(try await $0.administration.owners()))
        },
    ]
}

extension ContactQuery {
    fileprivate init(_ query: [String: JSONValue]) {
        self.init()
        self.stage = [Stage.cold, .warm, .hot].first { $0.name == query["stage"]?.text }
        self.owner = query["owner"]?.text
        self.account = query["account"]?.text
        self.awaitsConfirmation = query["awaits_confirmation"]?.flag
        self.search = query["search"]?.text
    }
}

extension ContactInput {
    /// Nothing to find or name a contact by.
    fileprivate static let noKey = AdministrationError.invalid([
        FieldProblem(field: "", expected: "crm_id or email", got: "neither")
    ])

    /// What a checked body says.
    fileprivate init(_ body: JSONValue) throws {
        self.init()
        self.crmID = body["crm_id"]?.text
        self.email = body["email"]?.text.flatMap(EmailAddress.init)
        self.firstName = body["first_name"]?.text
        self.lastName = body["last_name"]?.text
        self.phone = body["phone"]?.text
        self.language = body["language"]?.text
        self.status = body["status"]?.text.flatMap(ContactStatus.init(rawValue:))
        self.role = body["role"]?.text
        if let account = body["account"] {
            self.account = Account(
                key: account["key"]?.text,
                name: account["name"]?.text,
                domain: account["domain"]?.text
            )
        }
        if let owner = body["owner"], let key = owner["key"]?.text {
            self.owner = Owner(key: key, name: owner["name"]?.text)
        }
        self.consents = body["consents"].map(ConsentsInput.init)
        self.fields = try ContactField.list(body["fields"], at: "fields")
    }
}

extension ConsentsInput {
    fileprivate init(_ body: JSONValue) {
        self.init()
        self.clicks = body["clicks"]?.flag
        self.opens = body["opens"]?.flag
        self.lastOpenDay = body["last_open_day"]?.flag
        self.objected = body["objected"]?.flag
    }
}

extension ContactField {
    /// The members of an object as fields, by name.
    static func list(_ value: JSONValue?, at place: String) throws(AdministrationError) -> [ContactField] {
        let members = value?.members ?? [:]
        let wrong = members.keys.sorted().filter { $0.utf8.count > Limits.nameBytes || !TextForm.fieldName.accepts($0) }
        guard wrong.isEmpty else {
            throw .invalid(
                wrong.map {
                    FieldProblem(
                        field: place,
                        expected: "names of \(TextForm.fieldName.expectation), at most \(Limits.nameBytes) bytes",
                        got: JSONValue.text($0).summary
                    )
                }
            )
        }
        return members.sorted { $0.key < $1.key }.compactMap { name, value in
            value.text.map { ContactField(name: name, value: $0) }
        }
    }
}
