import Domain
import ScoreStore
import Testing

@testable import Collector

/// The table of the design's section 7, cell by cell.
@Suite struct ConsentTableTests {
    private static let cookie = "AAAAAAAAAAEAAAAAAAAAAg"
    private static let visitor = VisitorID(high: 1, low: 2)

    private func view(_ consent: String, click: String = "") -> String {
        let click = click.isEmpty ? "" : ",\"click\":\"\(click)\""
        return "{\"type\":\"page_view\",\"site\":\"shop\",\"url\":\"https://shop.example/tarifs?utm_source=mail&x=1\","
            + "\"id\":\"page-load.1\",\"referrer\":\"https://search.example/q\",\"consent\":\"\(consent)\"\(click)}"
    }

    private func form(_ consent: String) -> String {
        "{\"type\":\"form_submit\",\"site\":\"shop\",\"url\":\"https://shop.example/contact?x=1\",\"id\":\"page-load.2\","
            + "\"name\":\"contact\",\"consent\":\"\(consent)\",\"fields\":{\"email\":\" Ann@Example.COM \"}}"
    }

    private var claimed: ContactID { ExternalKey(.email, "ann@example.com").contactID(key: SipKey(11, 22)) }

    /// The ways to refuse, as a header each; the banner's is in the body.
    static let signals = [
        ("DNT: 1", DeclineReason.doNotTrack), ("Sec-GPC: 1", .globalPrivacyControl),
        ("Cookie: __Host-vdg_optout=1", .optOut),
    ]

    // MARK: Page view

    @Test func aViewBeforeTheChoiceIsAFigureWithoutAPerson() throws {
        let port = Port()
        let response = try port.post("/e", self.view("undecided"), "Cookie: __Host-vdg=\(Self.cookie)")
        #expect(response.status == 204)
        #expect(response["set-cookie"] == nil)
        let event = try #require(port.log.events.first)
        #expect(event.record.visitor == nil)
        #expect(event.record.contact == nil)
        #expect(event.record.network == 0)
        #expect(event.record.agent == 0)
        #expect(event.record.nonce == 0)
        #expect(event.text(\.url) == "shop.example/tarifs")
        #expect(event.record.referrer.isEmpty)
        #expect(event.record.campaignSource.isEmpty)
        #expect(event.slot == SlotMap(key: port.log.slotKey).slot(of: event.record.page))
    }

    @Test func aDownloadBeforeTheChoiceIsKeptWithoutWhatItsAddressSaysOfAPerson() throws {
        let port = Port()
        for consent in ["undecided", "granted"] {
            let body =
                "{\"type\":\"download\",\"site\":\"shop\",\"url\":\"https://shop.example/a?b=1\",\"name\":\"file\","
                + "\"consent\":\"\(consent)\",\"target\":\"https://files.example/a.pdf?for=ann\"}"
            #expect(try port.post("/e", body).status == 204)
        }
        #expect(port.log.events.map { $0.text(\.target) } == ["files.example/a.pdf", "files.example/a.pdf?for=ann"])
    }

    @Test(arguments: Self.signals)
    func aRefusedViewIsOneCounter(_ field: String, _ reason: DeclineReason) throws {
        for consent in ["granted", "undecided"] {
            let port = Port()
            let response = try port.post("/e", self.view(consent), field)
            #expect(response.text.contains("\"reason\":\"\(reason.tag)\""))
            #expect(response["set-cookie"] == nil)
            #expect(port.log.events.isEmpty)
            #expect(port.counters.declined == [reason: 1])
        }
    }

    @Test func aRefusalOnTheBannerErasesTheVisitorAndTakesTheCookieBack() throws {
        let port = Port()
        let response = try port.post("/e", self.view("denied"), "Cookie: __Host-vdg=\(Self.cookie)")
        #expect(response["set-cookie"]?.hasPrefix("__Host-vdg=; Max-Age=0; Path=/") == true)
        #expect(port.log.events.isEmpty)
        #expect(port.log.erasures == [.visitor(Self.visitor)])
        #expect(port.counters.declined == [.refused: 1])
        let without = Port()
        #expect(try without.post("/e", self.view("denied"))["set-cookie"] == nil)
        #expect(without.log.erasures.isEmpty)
    }

    @Test func aWithdrawalIsTakenEvenWhenTheDiskIsFull() throws {
        let port = Port()
        port.log.refusal = .diskFull
        let response = try port.post("/e", self.view("denied"), "Cookie: __Host-vdg=\(Self.cookie)")
        #expect(response.status == 200)
        #expect(port.log.erasures == [.visitor(Self.visitor)])
    }

    @Test func anAcceptedViewIsTheVisitors() throws {
        let port = Port()
        let response = try port.post("/e", self.view("granted"), "Cookie: __Host-vdg=\(Self.cookie)")
        #expect(response.status == 204)
        #expect(response["set-cookie"] == nil)
        let event = try #require(port.log.events.first)
        #expect(event.record.visitor == Self.visitor)
        #expect(event.record.cookieReturned)
        #expect(event.record.consent == .granted)
        #expect(event.record.verdict == .confirmed)
        #expect(event.text(\.campaignSource) == "mail")
        #expect(event.text(\.referrer) == "search.example/q")
        #expect(event.slot == SlotMap(key: port.log.slotKey).slot(of: Self.visitor))
    }

    // MARK: Form

    @Test(arguments: ["undecided", "denied"])
    func aFormWithoutAcceptanceIsTheClaimAndItsEventAlone(_ consent: String) throws {
        let port = Port()
        let response = try port.post("/e", self.form(consent))
        #expect(response.status == 204)
        try self.expectClaimAlone(port)
    }

    @Test(arguments: Self.signals)
    func aFormUnderARefusingSignalIsTheClaimAlone(_ field: String, _ reason: DeclineReason) throws {
        let port = Port()
        #expect(try port.post("/e", self.form("granted"), field).status == 204)
        try self.expectClaimAlone(port)
    }

    private func expectClaimAlone(_ port: Port) throws {
        #expect(port.log.events.count == 1)
        let event = try #require(port.log.events.first)
        #expect(event.record.kind == .formSubmit)
        #expect(event.record.contact == self.claimed)
        #expect(event.record.trust == .claim)
        #expect(event.record.visitor == nil)
        #expect(event.record.network == 0)
        #expect(event.text(\.name) == "contact")
        #expect(event.text(\.url) == "shop.example/contact")
        #expect(!event.record.fields.isEmpty)
        #expect(event.slot == SlotMap(key: port.log.slotKey).slot(of: self.claimed))
    }

    @Test func anAcceptedFormJoinsTheVisitorToTheClaim() throws {
        let port = Port()
        #expect(try port.post("/e", self.form("granted"), "Cookie: __Host-vdg=\(Self.cookie)").status == 204)
        let event = try #require(port.log.events.first)
        #expect(event.record.visitor == Self.visitor)
        #expect(event.record.contact == self.claimed)
        #expect(event.record.trust == .claim)
    }

    @Test func aFormWithoutAnAddressSaysNothingAboutAnybody() throws {
        let port = Port()
        let body =
            "{\"type\":\"form_submit\",\"site\":\"shop\",\"url\":\"https://shop.example/c\",\"name\":\"n\","
            + "\"fields\":{\"phone\":\"0612345678\"}}"
        #expect(try port.post("/e", body).status == 204)
        #expect(port.log.events.first?.record.fields.isEmpty == true)
        #expect(try port.post("/e", body, "DNT: 1").status == 200)
        #expect(port.log.events.count == 1)
    }

    /// Nothing would know whose they are when that person is erased.
    @Test func whatAFormSaidIsKeptWithItsClaimAlone() throws {
        let port = Port()
        let cookie = "Cookie: __Host-vdg=\(Self.cookie)"
        let phone = self.form("granted").replacing("email", with: "phone")
        #expect(try port.post("/e", phone, cookie).status == 204)
        let token = port.token(.click, object: 5, nonce: 42)
        let clicked = self.form("granted").replacing("\"name\":", with: "\"click\":\"\(token)\",\"name\":")
        #expect(try port.post("/e", clicked, cookie).status == 204)
        #expect(try port.post("/e", self.form("granted"), cookie).status == 204)
        let records = port.log.events.map(\.record)
        #expect(records.map(\.contact) == [nil, Port.contact, self.claimed])
        #expect(records.map(\.fields.isEmpty) == [true, true, false])
        #expect(records.allSatisfy { $0.visitor == Self.visitor })
    }

    // MARK: Landing beacon

    @Test func aLandingBeforeTheChoiceConfirmsTheClickAndNothingElse() throws {
        let port = Port()
        let token = port.token(.click, object: 5, nonce: 42)
        #expect(try port.post("/e", self.view("undecided", click: token)).status == 204)
        #expect(port.log.events.count == 2)
        #expect(port.log.events[0].record.contact == nil)
        let confirmation = port.log.events[1]
        #expect(confirmation.record.kind == .clickConfirmation)
        #expect(confirmation.record.contact == Port.contact)
        #expect(confirmation.record.click == 42)
        #expect(confirmation.record.page == .none)
        #expect(confirmation.record.url.isEmpty)
        #expect(confirmation.record.visitor == nil)
        #expect(confirmation.slot == SlotMap(key: port.log.slotKey).slot(of: Port.contact))
    }

    @Test(arguments: Self.signals)
    func aRefusedLandingLeavesNothing(_ field: String, _ reason: DeclineReason) throws {
        let port = Port()
        _ = try port.post("/e", self.view("undecided", click: port.token(.click, nonce: 42)), field)
        #expect(port.log.events.isEmpty)
    }

    @Test func anAcceptedLandingJoinsTheVisitToTheContact() throws {
        let port = Port()
        let token = port.token(.click, object: 5, nonce: 42)
        #expect(try port.post("/e", self.view("granted", click: token)).status == 204)
        let event = try #require(port.log.events.first)
        #expect(port.log.events.count == 1)
        #expect(event.record.contact == Port.contact)
        #expect(event.record.click == 42)
        #expect(event.record.trust == .token)
        #expect(event.record.visitor != nil)
        // What tells a second browser on the same mail from the first.
        #expect(event.record.link == 5)
        #expect(event.record.message == 9)
    }

    @Test func aLandingFromAQuotesPageNamesTheQuote() throws {
        let port = Port()
        let token = port.token(.quoteClick, object: 3, nonce: 43)
        #expect(try port.post("/e", self.view("granted", click: token)).status == 204)
        let record = try #require(port.log.events.first?.record)
        #expect(record.contact == Port.contact)
        #expect(record.quote == 3)
        #expect(record.click == 43)
        #expect(record.link == 0 && record.message == 0)
    }

    @Test func aClickTiesForTwoDaysOnly() throws {
        for (age, isTied) in [(UInt16(0), true), (2, true), (3, false)] {
            for purpose in [TokenPayload.Purpose.click, .quoteClick] {
                let port = Port()
                let token = port.token(purpose, object: 5, nonce: 42, age: age)
                #expect(try port.post("/e", self.view("granted", click: token)).status == 204)
                #expect((port.log.events.first?.record.contact != nil) == isTied)
            }
        }
    }

    @Test func noForgedForeignOldOrUnwantedTokenJoinsAnything() throws {
        let port = Port()
        let right = port.token(.click, nonce: 42)
        let stranger = port.token(.click, contact: ContactID(1), nonce: 42)
        port.directory.setConsents([.clicks, .objected], of: ContactID(2))
        let objector = port.token(.click, contact: ContactID(2), nonce: 42)
        let tokens = [
            String(right.dropLast()) + (right.hasSuffix("A") ? "B" : "A"), port.token(.contact, nonce: 42),
            port.token(.click, nonce: 42, age: 3), stranger, objector,
        ]
        for token in tokens {
            for consent in ["granted", "undecided"] {
                #expect(try port.post("/e", self.view(consent, click: token)).status == 204)
            }
        }
        #expect(port.log.events.count == 2 * tokens.count)
        #expect(port.log.events.allSatisfy { $0.record.contact == nil })
    }

    @Test func aRobotConfirmsNoClick() throws {
        let port = Port()
        let token = port.token(.click, nonce: 42)
        #expect(try port.post("/e", self.view("undecided", click: token), "User-Agent: HeadlessChrome").status == 204)
        #expect(port.log.events.count == 1)
    }

    // MARK: Modes of a site

    @Test func theSitesModeIsTheMostThatIsKept() throws {
        let none = Port(site: { $0.mode = .none })
        #expect(try none.post("/e", self.view("granted")).text.contains("site_mode"))
        _ = try none.post("/e", self.form("granted"))
        #expect(none.log.events.isEmpty)
        #expect(none.counters.declined == [.siteMode: 2])

        let exempt = Port(site: { $0.mode = .exempt })
        #expect(try exempt.post("/e", self.view("granted"))["set-cookie"] == nil)
        #expect(exempt.log.events.map { $0.record.visitor == nil } == [true])

        let silent = Port(site: { $0.beforeChoice = .none })
        #expect(try silent.post("/e", self.view("undecided")).text.contains("site_mode"))
        #expect(try silent.post("/e", self.view("granted")).status == 204)
        #expect(silent.log.events.count == 1)

        let open = Port(site: { $0.beforeChoice = .full })
        #expect(try open.post("/e", self.view("undecided"))["set-cookie"] != nil)
        #expect(open.log.events.first?.record.consent == .undecided)
    }

    // MARK: The visitor's cookie

    @Test func theCookieIsSetOnceAndOnlyUnderAcceptance() throws {
        let port = Port()
        let line = try #require(try port.post("/e", self.view("granted"))["set-cookie"])
        #expect(line.hasPrefix("__Host-vdg="))
        #expect(line.hasSuffix("; Max-Age=34128000; Path=/; HttpOnly; SameSite=Lax; Secure"))
        let pair = String(line.prefix { $0 != ";" })
        #expect(try port.post("/e", self.view("granted"), "Cookie: a=b; \(pair)")["set-cookie"] == nil)
        let visitors = port.log.events.map(\.record.visitor)
        #expect(visitors[0] == visitors[1])
        #expect(port.log.events.map(\.record.cookieReturned) == [false, true])
    }

    @Test func aLostAnswerLeadsToTheSameVisitor() throws {
        let port = Port()
        let first = try port.post("/e", self.view("granted"))["set-cookie"]
        let second = try port.post("/e", self.view("granted"))["set-cookie"]
        #expect(first == second)
        let other = try port.post("/e", self.view("granted").replacing("page-load.1", with: "next-load.1"))[
            "set-cookie"
        ]
        #expect(other != first)
    }

    @Test func aBatchHasOneVisitor() throws {
        let port = Port()
        let body = "[\(self.view("granted")),\(self.view("granted").replacing("page-load.1", with: "next-load.1"))]"
        #expect(try port.post("/e", body).all("set-cookie").count == 1)
        let visitors = port.log.events.map(\.record.visitor)
        #expect(visitors.count == 2)
        #expect(visitors[0] == visitors[1])
    }

    @Test func aMadeUpCookieIsNoVisitor() throws {
        let port = Port()
        for cookie in ["", "short", "AAAAAAAAAAEAAAAAAAAAA!", "AAAAAAAAAAEAAAAAAAAAAgA"] {
            #expect(try port.post("/e", self.view("granted"), "Cookie: __Host-vdg=\(cookie)")["set-cookie"] != nil)
        }
    }

    @Test func aDomainOrPlainHttpChangesTheCookiesName() throws {
        let domain = Port(settings: { $0.cookie.domain = "shop.example" })
        let shared = try #require(try domain.post("/e", self.view("granted"))["set-cookie"])
        #expect(shared.hasPrefix("vdg="))
        #expect(shared.hasSuffix("; Secure; Domain=shop.example"))
        let local = Port(settings: { $0.cookie.isSecure = false })
        let plain = try #require(try local.post("/e", self.view("granted"))["set-cookie"])
        #expect(plain.hasPrefix("vdg="))
        #expect(plain.hasSuffix("; SameSite=Lax"))
    }
}
