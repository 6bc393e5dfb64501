import Domain

/// What bodies look like.
enum InputSchemas {
    private static let names = Shape.list(.text(256, .filled), maximum: 100, isBatch: false)
    private static let modes = Shape.choice(Site.Mode.allCases.map(\.name))
    static let statuses = Shape.choice(ContactStatus.allCases.map(\.rawValue))

    private static let siteFields: [ObjectShape.Field] = [
        .optional("name", .text(256), "What people call it."),
        .optional("origins", names, "Origins that may read answers beside those of the hostnames."),
        .optional("mode", modes, "The most that is recorded."),
        .optional("before_choice", modes, "What is recorded before the visitor chose."),
        .optional("internal_networks", names, "Networks of the company itself, as CIDR."),
        .optional("excluded_paths", names, "Path patterns that are not recorded."),
        .optional("time_zone", .text(64, .filled), "IANA name of the zone its days are counted in."),
    ]

    static let newSite = ObjectShape(
        "NewSite",
        [
            .required("key", .text(64, .key), "Its key in snippets."),
            .required("hostnames", names, "Names its pages live on; *.example.com covers every name under it."),
        ] + siteFields
    )

    static let siteChange = ObjectShape(
        "SiteChange",
        [.optional("key", .text(64, .key)), .optional("hostnames", names)] + siteFields
    )

    static let consents = ObjectShape(
        "ConsentsChange",
        [
            .optional("clicks", .flag, "Clicks on tracked links and quotes."),
            .optional("opens", .flag, "Opens of mails, one by one."),
            .optional("last_open_day", .flag, "Only the day of the last open."),
            .optional("objected", .flag, "Nothing is recorded, whatever the others say."),
        ]
    )

    private static let account = ObjectShape(
        "ContactAccount",
        [
            .optional("key", .text(256, .filled), "crm:<id> or domain:<host>."),
            .optional("name", .text(256)),
            .optional("domain", .text(256)),
        ]
    )

    private static let owner = ObjectShape(
        "ContactOwner",
        [
            .required("key", .text(256, .filled), "Their e-mail address, or whatever the CRM calls them."),
            .optional("name", .text(256)),
        ]
    )

    private static let fieldValues = Shape.map(.text(1_024), maximum: Limits.fieldsPerContact)

    static let contact = ObjectShape(
        "ContactChange",
        [
            .optional("crm_id", .text(256, .filled)),
            .optional("email", .text(320, .email)),
            .optional("first_name", .text(256)),
            .optional("last_name", .text(256)),
            .optional("phone", .text(64)),
            .optional("language", .text(35), "BCP 47."),
            .optional("status", statuses),
            .optional("role", .text(256), "“decision” for those who sign."),
            .optional("account", .object(account)),
            .optional("owner", .object(owner)),
            .optional("consents", .object(consents)),
            .optional("fields", fieldValues, "Values for the model; others keep theirs."),
        ]
    )

    static let importedContact = ObjectShape(
        "ImportedContact",
        [
            .optional("crm_id", .text(256, .filled)),
            .optional("email", .text(320, .email)),
            .optional("first_name", .text(256)),
            .optional("last_name", .text(256)),
            .optional("phone", .text(64)),
            .optional("mobile", .text(64), "The telephone where there is no other, else a field of this name."),
            .optional("company", .text(256)),
            .optional("company_domain", .text(256)),
            .optional("owner_name", .text(256)),
            .optional("owner_email", .text(320, .email)),
            .optional("status", statuses),
            .optional("title", .text(256), "Kept as a field; the role is read from it if none is given."),
            .optional("role", .text(256)),
            .optional("mail_consent", .flag),
            .optional("objected", .flag),
            .optional("fields", fieldValues),
        ]
    )

    static let batch = ObjectShape(
        "ContactBatch",
        [
            .optional("dry_run", .flag, "Says what would happen, and does nothing."),
            .required(
                "contacts",
                .list(.object(importedContact), maximum: Limits.apiBatchItems, isBatch: true),
                "Each is taken or refused on its own."
            ),
        ]
    )

    static let visitorLink = ObjectShape("VisitorLink", [.required("visitor", .text(32, .visitor))])

    static let event = ObjectShape(
        "NewEvent",
        [
            .required("kind", .choice(EventInput.kinds.map(\.name))),
            .optional(
                "id",
                .text(Limits.nameBytes, .filled),
                "Your own name for it: sent again, it is the same event. Needed for opens and clicks."
            ),
            .optional(
                "message",
                .integer(1...Int64(UInt32.max)),
                "The message that a reply answers, or that was opened or clicked in; a click's may come from its link."
            ),
            .optional("quote", .integer(1...Int64(UInt32.max)), "The quote that was looked at."),
            .optional("link", .integer(1...Int64(UInt32.max)), "The tracked link that was followed."),
            .optional(
                "address",
                .text(45, .filled),
                "Where an open or click came from: many people's clicks from one network are a scanner's. Not kept."
            ),
            .optional(
                "user_agent",
                .text(Limits.agentBytes, .filled),
                "What opened or clicked; one that names a program counts nothing. Not kept."
            ),
        ]
    )

    static let entry = ObjectShape(
        "ManualEntry",
        [
            .required("points", .number, "May be negative."),
            .required("group", .text(Limits.nameBytes, .filled), "A group of the model."),
            .required("reason", .text(256, .filled)),
            .optional("author", .text(256, .filled), "The key's name if it is not given."),
            .optional("expires", .text(35, .time), "When what is left of the points is taken back."),
        ]
    )

    static let answer = ObjectShape(
        "LeadAnswer",
        [
            .required("answer", .choice(LeadAnswerRecord.Answer.allCases.map(\.name))),
            .optional("author", .text(256, .filled), "The key's name if it is not given."),
        ]
    )

    static let verdict = ObjectShape(
        "ClickVerdict",
        [
            .required("verdict", .choice(["human"])),
            .optional("author", .text(256, .filled), "The key's name if it is not given."),
        ]
    )

    static let message = ObjectShape(
        "NewMessage",
        [.required("name", .text(256, .filled)), .optional("campaign", .text(Limits.nameBytes), "utm_campaign.")]
    )

    static let link = ObjectShape(
        "NewLink",
        [
            .required("url", .text(Limits.urlBytes, .address), "Where it leads."),
            .optional("message", .integer(1...Int64(UInt32.max))),
            .optional("site", .text(64, .key), "Found by the address if it is not given."),
        ]
    )

    static let quote = ObjectShape(
        "NewQuote",
        [
            .required("title", .text(Limits.titleBytes, .filled)),
            .required("url", .text(Limits.urlBytes, .address), "Where the document is."),
            .required("contact", .text(320, .contact)),
        ]
    )

    static let token = ObjectShape(
        "NewToken",
        [
            .required("purpose", .choice(TokenPayload.Purpose.requestable.map(\.name))),
            .required("contact", .text(320, .contact)),
            .optional("object", .integer(0...Int64(UInt32.max)), "The message or quote it belongs to."),
            .optional("link", .integer(1...Int64(UInt32.max)), "The tracked link of the click address."),
        ]
    )

    static let key = ObjectShape(
        "NewKey",
        [
            .required("name", .text(128, .filled), "Who uses it."),
            .required("scopes", .list(.choice(Scope.allCases.map(\.name)), maximum: 3, isBatch: false)),
        ]
    )
}
