import Domain

enum DeliveryRoutes {
    static let all: [Route] = [
        .page(
            "/api/v1/leads",
            "listLeads",
            "Leads, newest first",
            query: [
                .optional("contact", .text(320, .contact)),
                .optional("owner", .text(256, .filled), "The key of the owner it was handed to."),
                .optional("state", .choice(LeadQuery.states)),
            ],
            of: SystemSchemas.lead
        ) {
            var query = LeadQuery()
            query.contact = $0.query["contact"]?.text.flatMap(ContactReference.init(text:))
            query.owner = $0.query["owner"]?.text
            query.state = $0.query["state"]?.text
            return .json(try await $0.administration.leads(query, page: $0.page))
        },
        .page(
            "/api/v1/deliveries",
            "listDeliveries",
            "Deliveries, newest first",
            query: [
                .optional("state", .choice(DeliveryQuery.states)),
                .optional("destination", .text(256, .filled)),
                .optional("contact", .text(320, .contact)),
            ],
            of: SystemSchemas.delivery
        ) {
            var query = DeliveryQuery()
            query.state = $0.query["state"]?.text
            query.destination = $0.query["destination"]?.text
            query.contact = $0.query["contact"]?.text.flatMap(ContactReference.init(text:))
            return .json(try await $0.administration.deliveries(query, page: $0.page))
        },
        .change(
            .post,
            "/api/v1/deliveries/retry",
            "retryDeadDeliveries",
            "Tries all dead deliveries again",
            .write,
            query: [.optional("destination", .text(256, .filled), "Only this destination's.")],
            .json(SystemSchemas.retried.one, status: 200)
        ) {
            let destination = $0.query["destination"]?.text
            return .json(Retried(try await $0.administration.retryDeadDeliveries(destination: destination)))
        },
        .get(
            "/api/v1/deliveries/{delivery}/attempts",
            "deliveryAttempts",
            "The last attempts, newest first",
            answers: SystemSchemas.attempt.all
        ) {
            .json(Items(try await $0.administration.attempts(of: $0.number("delivery"))))
        },
        .change(
            .post,
            "/api/v1/deliveries/{delivery}/retry",
            "retryDelivery",
            "Tries a dead delivery again",
            .write,
            .json(SystemSchemas.retried.one, status: 200)
        ) {
            try await $0.administration.retryDelivery($0.number("delivery"))
            return .json(Retried(1))
        },
        .get(
            "/api/v1/destinations",
            "listDestinations",
            "What waits for each destination",
            answers: SystemSchemas.backlog.all
        ) {
            .json(Items(try await $0.administration.backlog()))
        },
    ]

    private struct Retried: Encodable, Sendable {
        var retried: Int

        init(_ retried: Int) { self.retried = retried }
    }
}
