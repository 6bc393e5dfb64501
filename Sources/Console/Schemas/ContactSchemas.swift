import Domain

/// What contacts, their history and their scores look like in answers. Limits of texts are those they were taken with.
enum ContactSchemas {
    static let name = Shape.text(4_096)
    static let time = Shape.text(35, .time)
    static let stage = Shape.choice([Stage.cold, .warm, .hot].map(\.name))
    static let grade = Shape.choice(Grade.allCases.map(\.name))
    static let contactID = Shape.text(16)

    private static let account = ObjectShape(
        "Account",
        [.required("key", name), .required("name", name), .required("domain", name)]
    )

    static let owner = ObjectShape("Owner", [.required("key", name), .required("name", name)])

    private static let consents = ObjectShape(
        "Consents",
        ["clicks", "opens", "last_open_day", "objected"].map { .required($0, .flag) }
    )

    private static let standing = ObjectShape(
        "Standing",
        [
            .required("score", .number),
            .required("claimed", .number, "The part of the score that rests on claims."),
            .required("stage", stage),
            .required("grade", grade),
            .required("awaits_confirmation", .flag, "Hot on unconfirmed points alone."),
            .optional("as_of", time, "When this was the score; it has decayed since."),
            .optional("first_seen", time),
            .optional("last_seen", time),
            .optional("handed_over", time),
        ] + ["visits", "page_views", "clicks", "quote_views"].map { .required($0, .count) }
    )

    static let contact = ObjectShape(
        "Contact",
        [
            .required("id", contactID, "Sixteen hexadecimal digits."),
            .optional("email", name),
            .optional("crm_id", name),
        ]
            + ["first_name", "last_name", "phone", "language", "status", "role"].map { .required($0, name) }
            + [
                .required("is_claimed", .flag, "Whether all that is known is a form's claim."),
                .optional("account", .object(account)),
                .optional("owner", .object(owner)),
                .required("consents", .object(consents)),
                .required("fields", .map(name, maximum: 1_024)),
                .required("standing", .object(standing)),
                .optional("last_open_day", .text(10, .day)),
            ]
    )

    static let visitor = ObjectShape(
        "Visitor",
        [.required("id", .text(32, .visitor)), .required("trust", trust), .required("linked", time)]
    )

    private static let trust = Shape.choice(LinkTrust.allCases.map(\.name))
    private static let verdict = Shape.choice(Verdict.allCases.map(\.name))

    static let timelineRow = ObjectShape(
        "TimelineRow",
        [
            .required("visit", .count, "0 for acts outside visits."),
            .required("kind", .choice(EventKind.allCases.map(\.name))),
        ]
            + ["url", "title", "name", "referrer", "campaign"].map { .required($0, name) }
            + [
                .optional("object_name", name, "The message or quote."),
                .required("first_date", time),
                .required("last_date", time),
                .required("count", .count),
                .required("engaged_seconds", .number),
                .required("scroll_percent", .integer(0...100)),
                .required("verdict", verdict),
                .required("trust", trust),
                .required("is_from_before", .flag, "Whether it was remembered from before the contact was known."),
            ]
    )

    static let ledgerEntry = ObjectShape(
        "LedgerEntry",
        [
            .required("id", .text(32)),
            .required("date", time),
            .required("origin", .text(32)),
            .required("rule", name),
            .required("model_version", .count),
            .required("group", name),
            .optional("topic", name),
            .required("points", .number, "What the rule gives."),
            .required("granted", .number, "What it counted when it was granted."),
            .required("capped", .number, "What the group's maximum kept back."),
            .optional("worth", .number, "What is left of it."),
            .required("state", .choice(["settled", "provisional", "dropped"])),
            .optional("held_until", time),
            .optional("reason", .choice(ReversalReason.allCases.map(\.tag))),
            .optional("reversed_by", .text(32)),
            .optional("refers_to", .text(32)),
            .required("repeats", .count, "Further matches over the limit."),
            .required("verdict", verdict),
            .required("trust", trust),
            .optional("url", name),
            .optional("title", name),
            .optional("object_name", name),
            .optional("author", name),
        ]
    )

    private static let total = ObjectShape("Total", [.required("name", name), .required("worth", .number)])

    private static let levels = ObjectShape("Levels", [.required("enter", .number), .required("leave", .number)])

    private static let stageReading = ObjectShape(
        "StageReading",
        [
            .required("stage", stage),
            .required("grade", grade),
            .required("warm", .object(levels)),
            .required("hot", .object(levels)),
            .optional("next", stage, "The next stage up."),
            .optional("missing", .number, "How many points are missing to it."),
            .required("awaits_confirmation", .flag),
            .required("is_excluded", .flag, "Whether status or objection keeps them from being handed over."),
        ]
    )

    private static let position = ObjectShape(
        "Position",
        [.required("stream", .text(16)), .required("offset", .count)]
    )

    private static let earlierEntries = ObjectShape(
        "EarlierEntries",
        [.required("count", .count), .required("worth", .number)]
    )

    static let explanation = ObjectShape(
        "Explanation",
        [
            .required("contact", .object(contact)),
            .required("as_of", time, "The moment everything is reckoned for."),
            .optional("applied", .object(position), "How much of the log the catalog held."),
            .required(
                "entries",
                .list(.object(ledgerEntry), maximum: Limits.explainedEntries, isBatch: false),
                "The newest; the whole ledger is read in pages."
            ),
            .optional("earlier", .object(earlierEntries), "The entries before these."),
            .required("sum", .number, "What the entries and the earlier ones are worth together."),
            .required("balance", .number, "What the stored balances say."),
            .required("for_stages", .number, "What the stages look at."),
            .required("groups", .list(.object(total))),
            .required("topics", .list(.object(total)), "An empty name is no topic."),
            .required("stage", .object(stageReading)),
            .required("model_version", .count),
        ]
    )

    static let eventVerdict = ObjectShape(
        "EventVerdict",
        [
            .required("outcome", .choice(EventVerdictView.outcomes)),
            .optional("reason", name, "Why it was declined: nothing of it was stored."),
        ]
    )

    static let export = ObjectShape(
        "Export",
        [
            .required("contact", .object(contact)),
            .required("keys", .list(name)),
            .required("explanation", .object(explanation)),
        ]
            + [
                ("timeline", timelineRow), ("visitors", visitor), ("quotes", SystemSchemas.quote),
                ("leads", SystemSchemas.lead), ("deliveries", SystemSchemas.delivery),
            ].map { member, item in
                .required(member, .list(.object(item), maximum: 1_000_000, isBatch: false))
            }
    )

    static let erasure = ObjectShape("Erasure", [.required("contact", contactID), .required("visitors", .count)])

    private static let importItem = ObjectShape(
        "ImportItem",
        [
            .required("index", .count, "Its place in the batch, from 0."),
            .required("result", .choice(ImportAnswer.results)),
            .optional("id", contactID),
            .optional("problems", .list(.object(SystemSchemas.fieldProblem))),
        ]
    )

    static let importAnswer = ObjectShape(
        "ImportAnswer",
        [
            .required("dry_run", .flag),
            .required("counts", .map(.count, maximum: ImportAnswer.results.count)),
            .required("items", .list(.object(importItem), maximum: Limits.apiBatchItems, isBatch: false)),
        ]
    )
}
