import Domain

enum SiteRoutes {
    static let all: [Route] = [
        .get("/api/v1/sites", "listSites", "All sites", answers: SystemSchemas.site.all) {
            .json(Items(try await $0.administration.sites()))
        },
        .change(
            .post,
            "/api/v1/sites",
            "createSite",
            "Adds a site",
            .admin,
            body: .json(InputSchemas.newSite),
            .json(SystemSchemas.site.one, status: 201)
        ) {
            .json(try await $0.administration.createSite(SiteDraft($0.body)), status: 201)
        },
        .change(
            .patch,
            "/api/v1/sites/{key}",
            "updateSite",
            "Changes a site",
            .admin,
            body: .json(InputSchemas.siteChange),
            .json(SystemSchemas.site.one, status: 200)
        ) {
            .json(try await $0.administration.updateSite($0.parameter("key"), SiteDraft($0.body)))
        },
        .change(.delete, "/api/v1/sites/{key}", "deleteSite", "Removes a site", .admin, .noContent) {
            try await $0.administration.deleteSite($0.parameter("key"))
            return .noContent
        },
        .page(
            "/api/v1/sites/{key}/audience",
            "siteAudience",
            "Views by day and page, of nobody in particular",
            query: [
                .required("from", .text(10, .day), "The first day."),
                .optional("through", .text(10, .day), "The last day; the first if it is not given."),
            ],
            of: SystemSchemas.audienceRow
        ) { call in
            let from = call.query["from"]?.text.flatMap(CalendarDay.number(ofText:)) ?? 0
            let through = call.query["through"]?.text.flatMap(CalendarDay.number(ofText:)) ?? from
            guard from <= through else {
                throw AdministrationError.invalid([
                    FieldProblem(
                        field: "through",
                        expected: "a day not before \(CalendarDay.text(of: from))",
                        got: CalendarDay.text(of: through)
                    )
                ])
            }
            return .json(
                try await call.administration.audience(
                    site: call.parameter("key"),
                    from: from,
                    through: through,
                    page: call.page
                )
            )
        },
    ]
}

extension SiteDraft {
    /// What a checked body sets.
    init(_ body: JSONValue) {
        self.init()
        self.key = body["key"]?.text
        self.name = body["name"]?.text
        self.hostnames = body["hostnames"]?.texts
        self.origins = body["origins"]?.texts
        self.mode = body["mode"]?.text.flatMap(Site.Mode.init(apiName:))
        self.beforeChoice = body["before_choice"]?.text.flatMap(Site.Mode.init(apiName:))
        self.internalNetworks = body["internal_networks"]?.texts
        self.excludedPaths = body["excluded_paths"]?.texts
        self.timeZone = body["time_zone"]?.text
    }
}

extension Site.Mode {
    fileprivate init?(apiName: String) {
        guard let mode = Self.allCases.first(where: { $0.name == apiName }) else { return nil }
        self = mode
    }
}

extension JSONValue {
    /// The texts of a list; nil if this is none.
    var texts: [String]? { self.list?.compactMap(\.text) }
}
