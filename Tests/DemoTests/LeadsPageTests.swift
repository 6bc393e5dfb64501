import Testing

@testable import Demo

@Suite struct LeadsPageTests {
    private static func list(_ data: String, _ language: DemoLanguage) throws -> String {
        let body = #"{"type":"lead.withdrawn","time":"2026-03-01T10:00:00Z","data":\#(data)}"#
        let notification = try #require(ReceivedNotification(body: Array(body.utf8)))
        return LeadsPage(layout: DemoLayout(addresses: DemoAddresses(), language: language)).list([notification])
    }

    @Test func anErasureIsToldFromALeadThatIsNoneAnyLonger() throws {
        let erased = #"{"contact":{"id":"a7","first_name":""},"detail":"erased"}"#
        #expect(try Self.list(erased, .french).contains("<h2>Contact effacé : ne plus suivre ce lead</h2>"))
        #expect(try Self.list(erased, .english).contains("<h2>Contact erased: stop working on this lead</h2>"))
        let withdrawn = #"{"contact":{"first_name":"Claire","last_name":"Martin"}}"#
        #expect(try Self.list(withdrawn, .french).contains("<h2>Lead retiré : Claire Martin</h2>"))
        #expect(try Self.list(withdrawn, .english).contains("<h2>Withdrawn: Claire Martin</h2>"))
    }
}
