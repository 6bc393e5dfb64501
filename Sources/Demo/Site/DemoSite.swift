import HTTPTypes
import Hummingbird
package import Logging
import NIOCore

/// The website, the inbox and the salesperson's view, on one port.
package struct DemoSite: Sendable {
    private let addresses: DemoAddresses
    private let board: LeadBoard
    private let mailbox: @Sendable () async throws -> DemoMailbox?
    private let logger: Logger

    /// The largest form the contact page takes, in bytes. What it holds is thrown away.
    private static let formBytes = 16_384

    /// A site that shows what `board` received, and the mailbox it is given; nil while the service is still starting.
    package init(
        addresses: DemoAddresses,
        board: LeadBoard,
        logger: Logger,
        mailbox: @escaping @Sendable () async throws -> DemoMailbox?
    ) {
        self.addresses = addresses
        self.board = board
        self.logger = logger
        self.mailbox = mailbox
    }

    /// Serves until the task is cancelled. `onOpen` is called when the port is open.
    package func run(onOpen: @escaping @Sendable () async -> Void = {}) async throws {
        let application = Application(
            router: self.router,
            configuration: .init(address: .hostname(DemoAddresses.host, port: self.addresses.sitePort)),
            onServerRunning: { _ in await onOpen() },
            logger: self.logger
        )
        try await application.run()
    }

    private var router: Router<BasicRequestContext> {
        let router = Router()
        for page in DemoPage.all {
            router.get(RouterPath(page.path)) { request, _ in
                let wasSent = request.uri.queryParameters["sent"] != nil
                return Self.html(self.layout(for: request).site(page, wasSent: wasSent))
            }
        }
        router.post("/contact") { request, _ in
            // The tracker has read the form in the browser; here nothing is kept.
            _ = try await request.body.collect(upTo: Self.formBytes)
            let language = self.layout(for: request).language
            return Response(status: .seeOther, headers: [.location: "/contact?sent=1&lang=\(language.rawValue)"])
        }
        router.get("/inbox") { request, _ in
            let layout = self.layout(for: request)
            let title = layout.text("Boîte de réception", "Inbox")
            let body = try await self.mailbox()?.html(layout) ?? "<p>…</p>"
            return Self.html(layout.tool(title: title, path: "/inbox", body: body))
        }
        router.get("/leads") { request, _ in
            Self.html(LeadsPage(layout: self.layout(for: request)).page(self.board.newest))
        }
        router.get("/leads/list") { request, _ in
            Self.html(LeadsPage(layout: self.layout(for: request)).list(self.board.newest))
        }
        return router
    }

    private func layout(for request: Request) -> DemoLayout {
        let asked = request.uri.queryParameters["lang"].map(String.init)
        let language = DemoLanguage(asked: asked, accepted: request.headers[.acceptLanguage])
        return DemoLayout(addresses: self.addresses, language: language)
    }

    private static func html(_ text: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
