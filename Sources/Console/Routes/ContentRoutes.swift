import Domain

enum ContentRoutes {
    static let all: [Route] = [
        .page("/api/v1/messages", "listMessages", "Mailings, newest first", of: SystemSchemas.message) {
            .json(try await $0.administration.messages(page: $0.page))
        },
        .change(
            .post,
            "/api/v1/messages",
            "createMessage",
            "Adds a mailing",
            .write,
            body: .json(InputSchemas.message),
            .json(SystemSchemas.message.one, status: 201)
        ) {
            let name = $0.body["name"]?.text ?? ""
            let campaign = $0.body["campaign"]?.text ?? ""
            return .json(try await $0.administration.createMessage(name: name, campaign: campaign), status: 201)
        },
        .page("/api/v1/links", "listLinks", "Tracked links, newest first", of: SystemSchemas.link) {
            .json(try await $0.administration.links(page: $0.page))
        },
        .change(
            .post,
            "/api/v1/links",
            "createLink",
            "Adds a tracked link",
            .write,
            body: .json(InputSchemas.link),
            .json(SystemSchemas.link.one, status: 201)
        ) {
            let input = LinkInput(
                url: $0.body["url"]?.text ?? "",
                message: $0.body["message"]?.integer.map(UInt32.init(clamping:)),
                site: $0.body["site"]?.text
            )
            return .json(try await $0.administration.createLink(input), status: 201)
        },
        .page("/api/v1/quotes", "listQuotes", "Quotes, newest first", of: SystemSchemas.quote) {
            .json(try await $0.administration.quotes(page: $0.page))
        },
        .change(
            .post,
            "/api/v1/quotes",
            "createQuote",
            "Adds a quote",
            .write,
            body: .json(InputSchemas.quote),
            .json(SystemSchemas.quote.one, status: 201)
        ) {
            let input = QuoteInput(
                title: $0.body["title"]?.text ?? "",
                url: $0.body["url"]?.text ?? "",
                contact: try Call.reference($0.body["contact"]?.text ?? "", field: "contact")
            )
            return .json(try await $0.administration.createQuote(input), status: 201)
        },
        .change(
            .post,
            "/api/v1/tokens",
            "createToken",
            "Signs a token, and makes the addresses it opens",
            .write,
            body: .json(InputSchemas.token),
            .json(SystemSchemas.token.one, status: 201)
        ) { call in
            let name = call.body["purpose"]?.text
            guard let purpose = TokenPayload.Purpose.requestable.first(where: { $0.name == name }) else {
                throw AdministrationError.failed
            }
            let object = UInt32(clamping: call.body["object"]?.integer ?? 0)
            if object == 0, purpose == .message || purpose == .quote {
                throw AdministrationError.invalid([
                    FieldProblem(field: "object", expected: "the number of the \(purpose.name)", got: "nothing")
                ])
            }
            let input = TokenInput(
                purpose: purpose,
                contact: try Call.reference(call.body["contact"]?.text ?? "", field: "contact"),
                object: object,
                link: call.body["link"]?.integer.map(UInt32.init(clamping:))
            )
            return .json(try await call.administration.createToken(input), status: 201)
        },
    ]
}
