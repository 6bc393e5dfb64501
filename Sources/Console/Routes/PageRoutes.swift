enum PageRoutes {
    static let all: [Route] = [
        Route(
            method: .get,
            path: "/",
            operation: "start",
            summary: "Where to find what, for people",
            access: .open,
            outcome: .other("text/html")
        ) {
            .text(StartPage.html(acceptedLanguages: $0.acceptedLanguages), type: "text/html; charset=utf-8")
        },
        Route(
            method: .get,
            path: "/api/openapi.json",
            operation: "openapi",
            summary: "This document",
            access: .open,
            outcome: .other("application/json")
        ) {
            .text(try OpenAPIDocument.text(version: $0.settings.version), type: "application/json")
        },
    ]
}
