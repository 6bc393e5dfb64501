import Domain

/// What everything but contacts looks like in answers.
enum SystemSchemas {
    private static let name = ContactSchemas.name
    private static let time = ContactSchemas.time
    private static let names = Shape.list(name)

    static let fieldProblem = ObjectShape(
        "FieldProblem",
        [
            .required("field", name, "With its place, rules[3].limit; empty for the body as a whole."),
            .required("expected", name),
            .required("got", name),
        ]
    )

    /// RFC 9457.
    static let problem = ObjectShape(
        "Problem",
        [
            .required("type", name, "urn:vendange:problem: and the problem's stable name."),
            .required("title", name),
            .required("status", .integer(400...599)),
            .required("detail", name),
            .required("instance", name, "urn:vendange:request: and the request's id."),
            .optional("problems", .list(.object(fieldProblem))),
        ]
    )

    static let site = ObjectShape(
        "Site",
        [.required("id", .id)] + ["key", "name", "mode", "before_choice", "time_zone"].map { .required($0, name) }
            + ["hostnames", "origins", "internal_networks", "excluded_paths"].map { .required($0, names) }
            + [.optional("snippet", name, "The line of HTML that puts the tracker into a page.")]
    )

    static let audienceRow = ObjectShape(
        "AudienceRow",
        [.required("day", .text(10, .day)), .required("url", name), .required("views", .count)]
    )

    static let message = ObjectShape(
        "Message",
        [
            .required("id", .id), .required("name", name), .required("campaign", name), .required("created", time),
        ]
    )

    static let link = ObjectShape(
        "Link",
        [.required("id", .id), .required("url", name), .optional("message", .id), .optional("site", name)]
    )

    static let quote = ObjectShape(
        "Quote",
        [
            .required("id", .id), .required("title", name), .required("url", name),
            .required("contact", ContactSchemas.contactID),
        ]
    )

    static let token = ObjectShape(
        "Token",
        [
            .required("token", .text(Limits.tokenBytes)),
            .required("purpose", .choice(TokenPayload.Purpose.requestable.map(\.name))),
            .required("contact", ContactSchemas.contactID),
            .required("addresses", .map(name, maximum: 8), "Ready-made: click, open, quote, preferences, answer."),
        ]
    )

    static let lead = ObjectShape(
        "Lead",
        [
            .required("id", .id),
            .required("contact", ContactSchemas.contactID),
            .required("name", name),
            .required("email", name),
            .required("date", time),
            .optional("owner", name),
            .required("score", .number),
            .required("stage", ContactSchemas.stage),
            .required("grade", ContactSchemas.grade),
            .required("state", .choice(LeadQuery.states)),
            .optional("closed", time),
            .optional("answer", .choice(LeadAnswerRecord.Answer.allCases.map(\.name))),
            .optional("answered", time),
            .optional("answered_by", name, "Who answered."),
        ]
    )

    static let attempt = ObjectShape(
        "Attempt",
        [
            .required("time", time),
            .required("status", .count, "0 when there was no answer."),
            .required("error", name),
            .required("verdict", .choice(["delivered", "retry", "dead"])),
        ]
    )

    static let delivery = ObjectShape(
        "Delivery",
        [
            .required("id", .id),
            .required("destination", name),
            .required("key", name),
            .required("kind", .choice(NotificationKind.allCases.map(\.name))),
            .optional("contact", ContactSchemas.contactID),
            .required("state", .choice(DeliveryQuery.states)),
            .required("created", time),
            .optional("due", time),
            .required("attempts", .count),
            .optional("last_attempt", .object(attempt)),
        ]
    )

    static let retried = ObjectShape("Retried", [.required("retried", .count)])

    static let backlog = ObjectShape(
        "Backlog",
        [
            .required("destination", name), .required("pending", .count), .required("dead", .count),
            .optional("oldest", time),
        ]
    )

    static let model = ObjectShape(
        "Model",
        [
            .required("version", .count), .required("published", time), .required("offset", .count),
            .required("is_current", .flag),
        ]
    )

    private static let modelProblem = ObjectShape(
        "ModelFileProblem",
        [.optional("line", .count), .required("field", name), .required("message", name)]
    )

    static let validation = ObjectShape(
        "ModelValidation",
        [.required("is_valid", .flag), .required("problems", .list(.object(modelProblem)))]
    )

    static let key = ObjectShape(
        "Key",
        [
            .required("id", .id), .required("name", name), .required("scopes", names), .required("created", time),
            .optional("last_used_day", .text(10, .day)),
        ]
    )

    static let createdKey = ObjectShape(
        "CreatedKey",
        [.required("key", .object(key)), .required("secret", name, "Shown once and kept nowhere.")]
    )

    static let backupHold = ObjectShape(
        "BackupHold",
        [.required("id", .id), .required("expires", time, "When the log may be trimmed again in any case.")]
    )

    private static let logStatus = ObjectShape(
        "LogStatus",
        [.required("stream", .text(16)), .required("state", name)]
            + ["start", "end", "folded", "applied", "checkpointed"].map { .required($0, .count) }
            + [.required("lag_seconds", .number), .optional("free_bytes", .count), .required("is_clock_adrift", .flag)]
    )

    private static let outcomes = ObjectShape(
        "Outcomes",
        ["received", "accepted", "accepted_total", "scored", "counted", "pending"].map { .required($0, .count) }
            + ["rejected", "declined", "filtered"].map { .required($0, .map(.count, maximum: 64)) }
    )

    private static let store = ObjectShape(
        "Store",
        ["visitors", "contacts", "provisional_entries"].map { .required($0, .count) }
    )

    static let status = ObjectShape(
        "Status",
        [
            .required("version", name), .required("started", time), .required("log", .object(logStatus)),
            .required("outcomes", .object(outcomes)), .required("store", .object(store)),
        ]
    )

    private static let reason = ObjectShape(
        "HealthReason",
        [.required("component", name), .required("message", name)]
    )

    static let health = ObjectShape(
        "Health",
        [.required("status", .choice(["ok", "failing"])), .required("reasons", .list(.object(reason)))]
    )
}
