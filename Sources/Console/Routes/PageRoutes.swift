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
            .text(StartPage.html($0.language), type: "text/html; charset=utf-8")
        },
        Route(
            method: .get,
            path: "/contacts/{contact}",
            operation: "contactPage",
            summary: "One contact, for people: asks for a key",
            access: .open,
            outcome: .other("text/html")
        ) {
            .page(ContactPage.html($0.language), policy: ContactPage.contentSecurityPolicy)
        },
        Route(
            method: .get,
            path: "/contact.js",
            operation: "contactScript",
            summary: "The script of the contact's page",
            access: .open,
            outcome: .other("text/javascript")
        ) { _ in
            .text(ContactPage.script, type: "text/javascript; charset=utf-8")
        },
        Route(
            method: .get,
            path: "/contact.css",
            operation: "contactStyle",
            summary: "The style of the contact's page",
            access: .open,
            outcome: .other("text/css")
        ) { _ in
            .text(ContactPage.style, type: "text/css; charset=utf-8")
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
