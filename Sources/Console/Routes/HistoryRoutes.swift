import Domain

enum HistoryRoutes {
    static let all: [Route] = [
        .page(
            "/api/v1/contacts/{contact}/timeline",
            "contactTimeline",
            "What a contact did, newest first",
            of: ContactSchemas.timelineRow
        ) {
            .json(try await $0.administration.timeline($0.contact(), page: $0.page))
        },
        .page(
            "/api/v1/contacts/{contact}/ledger",
            "contactLedger",
            "A contact's ledger, oldest first",
            of: ContactSchemas.ledgerEntry
        ) {
            .json(try await $0.administration.ledger($0.contact(), page: $0.page))
        },
        .get(
            "/api/v1/contacts/{contact}/explain",
            "explainScore",
            "What a contact's score is made of",
            answers: ContactSchemas.explanation.one
        ) {
            .json(try await $0.administration.explain($0.contact()))
        },
        .get(
            "/api/v1/contacts/{contact}/visitors",
            "contactVisitors",
            "The browsers tied to a contact",
            answers: ContactSchemas.visitor.all
        ) {
            .json(Items(try await $0.administration.visitors($0.contact())))
        },
        .change(
            .post,
            "/api/v1/contacts/{contact}/visitors",
            "linkVisitor",
            "Ties a browser to a contact",
            .write,
            body: .json(InputSchemas.visitorLink),
            .noContent
        ) {
            let visitor = try Self.visitor($0.body["visitor"]?.text ?? "", field: "visitor")
            try await $0.administration.link(visitor, to: $0.contact())
            return .noContent
        },
        .change(
            .delete,
            "/api/v1/contacts/{contact}/visitors/{visitor}",
            "unlinkVisitor",
            "Unties a browser from a contact, and takes back what came by it",
            .write,
            .noContent
        ) {
            let visitor = try Self.visitor($0.parameter("visitor"), field: "visitor")
            try await $0.administration.unlink(visitor, from: $0.contact())
            return .noContent
        },
        .get(
            "/api/v1/contacts/{contact}/export",
            "exportContact",
            "Everything that is held of a contact, for the person themselves",
            answers: ContactSchemas.export.one
        ) {
            .json(try await $0.administration.export($0.contact()))
        },
        .change(
            .post,
            "/api/v1/contacts/{contact}/events",
            "recordEvent",
            "Records an act of a contact that another tool knows of; opens and clicks as they happen",
            .write,
            body: .json(InputSchemas.event),
            .json(ContactSchemas.eventVerdict.one, status: 201)
        ) { call in
            let name = call.body["kind"]?.text
            guard let kind = EventInput.kinds.first(where: { $0.name == name }) else {
                throw AdministrationError.failed
            }
            var event = EventInput(
                kind: kind,
                id: call.body["id"]?.text,
                message: call.body["message"]?.integer.map(UInt32.init(clamping:)),
                quote: call.body["quote"]?.integer.map(UInt32.init(clamping:))
            )
            event.link = call.body["link"]?.integer.map(UInt32.init(clamping:))
            event.address = call.body["address"]?.text
            event.agent = call.body["user_agent"]?.text
            return .json(try await call.administration.recordEvent(call.contact(), event), status: 201)
        },
        .change(
            .post,
            "/api/v1/contacts/{contact}/entries",
            "addEntry",
            "Gives points by hand",
            .write,
            body: .json(InputSchemas.entry),
            .json(ContactSchemas.contact.one, status: 201)
        ) {
            let entry = ManualEntryInput(
                points: $0.body["points"]?.number ?? 0,
                group: $0.body["group"]?.text ?? "",
                reason: $0.body["reason"]?.text ?? "",
                author: $0.body["author"]?.text ?? $0.principal?.name ?? "",
                expires: $0.body["expires"]?.text.flatMap(Timestamp.init(rfc3339:)) ?? .never
            )
            return .json(try await $0.administration.addEntry($0.contact(), entry), status: 201)
        },
        .change(
            .post,
            "/api/v1/contacts/{contact}/verdicts",
            "judgeClicks",
            "Says that clicks taken for a machine's were a person's: what was taken back counts again",
            .write,
            body: .json(InputSchemas.verdict),
            .json(ContactSchemas.contact.one, status: 200)
        ) { call in
            let author = call.body["author"]?.text ?? call.principal?.name ?? ""
            return .json(try await call.administration.reinstate(call.contact(), author: author))
        },
        .change(
            .post,
            "/api/v1/contacts/{contact}/answer",
            "answerLead",
            "Records the answer to a contact's lead",
            .write,
            body: .json(InputSchemas.answer),
            .json(ContactSchemas.contact.one, status: 200)
        ) { call in
            let name = call.body["answer"]?.text
            guard let answer = LeadAnswerRecord.Answer.allCases.first(where: { $0.name == name }) else {
                throw AdministrationError.failed
            }
            let author = call.body["author"]?.text ?? call.principal?.name ?? ""
            return .json(try await call.administration.answerLead(call.contact(), answer, author: author))
        },
    ]

    private static func visitor(_ text: String, field: String) throws -> VisitorID {
        guard let visitor = VisitorID(text: text) else {
            throw AdministrationError.invalid([
                FieldProblem(field: field, expected: TextForm.visitor.expectation, got: JSONValue.text(text).summary)
            ])
        }
        return visitor
    }
}
