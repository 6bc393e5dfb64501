import Domain

enum AccountRoutes {
    static let all: [Route] = [
        .page(
            "/api/v1/accounts",
            "listAccounts",
            "Companies, in the order of their keys",
            of: AccountSchemas.summary
        ) {
            .json(try await $0.administration.accounts(page: $0.page))
        },
        .get(
            "/api/v1/accounts/{account}",
            "getAccount",
            "A company with its ripest contacts",
            answers: AccountSchemas.detail.one
        ) {
            .json(try await $0.administration.account($0.parameter("account")))
        },
    ]
}
