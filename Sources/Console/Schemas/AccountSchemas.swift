import Domain

/// What companies look like in answers.
enum AccountSchemas {
    private static let name = ContactSchemas.name

    static let summary = ObjectShape(
        "AccountSummary",
        [
            .required("key", name, "crm:<id> or domain:<host>."),
            .required("name", name),
            .required("domain", name),
            .required("contact_count", .count),
            .required("score", .number, "The sum of the contacts' scores, each as of their last record."),
            .optional("grade", ContactSchemas.grade, "The best of the contacts'."),
            .required("hot_count", .count, "How many of them are hot."),
        ]
    )

    static let detail = ObjectShape(
        "AccountDetail",
        [
            .required("account", .object(summary)),
            .required(
                "contacts",
                .list(.object(ContactSchemas.contact), maximum: AccountDetailView.shownContacts, isBatch: false),
                "The highest scores first; /contacts?account= has them all."
            ),
        ]
    )
}
