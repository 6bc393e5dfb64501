import Delivery
import Testing

struct SlackTextTests {
    private func text(_ event: String) -> String? { SlackText.text(fromEvent: Array(event.utf8)) }

    @Test func aLeadIsToldInAFewLines() {
        let event = """
            {"specversion":"1.0","id":"a-1-2-0","source":"https://leads.test/","type":"lead.qualified",
             "data":{
              "contact":{"id":"7","first_name":"Jeanne","last_name":"Martin","email":"jeanne@fonderie.test"},
              "account":{"name":"Fonderie Martin","domain":"fonderie.test"},
              "owner":{"key":"paul@vendor.test","name":"Paul Durand"},
              "score":{"total":82.04,"groups":{"web":60}},"stage":"hot","grade":"A",
              "entries":[
               {"rule":"page view","page":"/","title":"Accueil","granted":1,"points":1},
               {"rule":"quote viewed","granted":25},
               {"rule":"/tarifs","title":"Tarifs","granted":15,"points":15},
               {"rule":"scanner","granted":-10},
               {"rule":"mail click","granted":7.5,"points":10}],
              "links":{"contact":"https://leads.test/contacts/7"}}}
            """
        #expect(
            self.text(event) == """
                *Jeanne Martin* (Fonderie Martin) is ready to talk
                Owner: Paul Durand · Score: 82 (A, hot)
                • quote viewed: 25
                • /tarifs – Tarifs: 15
                • mail click: 7.5
                <https://leads.test/contacts/7|Open in Vendange>
                """
        )
    }

    @Test(arguments: [
        ("lead.qualified", "A contact is ready to talk"),
        ("lead.withdrawn", "A contact is withdrawn: not a lead after all"),
        ("lead.cooled", "A contact has cooled down"),
        ("lead.answered", "A contact: a salesperson answered"),
        ("contact.nurture", "A contact goes back to nurturing"),
        ("contact.objected", "A contact objects: stop contacting them"),
        ("consent.changed", "A contact changed their consent"),
        ("alert", "A contact: alert"),
        ("operator.notice", "Vendange"),
        ("fr.example.lead.cooled", "A contact has cooled down"),
        ("something.new", "A contact: something.new"),
    ])
    func everyKindHasAHeadlineWithoutAnyData(type: String, expected: String) {
        #expect(self.text(#"{"type":"\#(type)"}"#) == expected)
        #expect(self.text(#"{"type":"\#(type)","data":{}}"#) == expected)
        #expect(self.text(#"{"type":"\#(type)","data":null}"#) == expected)
    }

    @Test func anErasureIsCalledOneAndNamesTheLeadAlone() {
        let event = """
            {"type":"lead.withdrawn","data":{"contact":{"id":"00000000000000a7","first_name":"","email":""},
             "detail":"erased"}}
            """
        #expect(
            self.text(event)
                == "Contact 00000000000000a7 was erased with everything known of them: stop working on this lead"
        )
        #expect(
            self.text(#"{"type":"lead.withdrawn","data":{"detail":"erased"}}"#)
                == "A contact was erased with everything known of them: stop working on this lead"
        )
        let changed = #"{"type":"lead.withdrawn","data":{"contact":{"id":"a7","last_name":"Martin"}}}"#
        #expect(self.text(changed) == "*Martin* is withdrawn: not a lead after all")
    }

    @Test func anAlertNamesItsRule() {
        let event = #"{"type":"alert","data":{"contact":{"email":"a@b.test"},"rule":"quote viewed"}}"#
        #expect(self.text(event) == "*a@b.test*: alert: quote viewed")
    }

    @Test func valuesOfOtherTypesAreLeftOut() {
        let event = """
            {"type":"lead.qualified","data":{"contact":{"first_name":7,"last_name":"Martin"},"account":"x","owner":[],
             "score":{"total":"many"},"entries":{"a":1},"links":3,"grade":false}}
            """
        #expect(self.text(event) == "*Martin* is ready to talk")
    }

    @Test func claimedNamesCannotCommandTheChannel() {
        let event = """
            {"type":"lead.cooled","data":{"contact":{"first_name":"<!channel>","last_name":"a & b\\n*c*"},
             "links":{"contact":"https://x.test/|<!here>"}}}
            """
        #expect(
            self.text(event)
                == "*&lt;!channel&gt; a &amp; b \u{200B}*c\u{200B}** has cooled down"
        )
    }

    @Test func aDigestIsAListThatEnds() {
        let alert = { (number: Int) in
            """
            {"rule":"gone quiet","contact":{"first_name":"P\(number)"},"account":"Acme",
             "link":"https://x.test/contacts/\(number)"}
            """
        }
        let alerts = (1...23).map(alert).joined(separator: ",")
        let lines = self.text(#"{"type":"alert","data":{"detail":"23 alerts","alerts":[\#(alerts)]}}"#)?
            .split(separator: "\n")
        #expect(lines?.count == 22)
        #expect(lines?.first == "Daily digest: 23 alerts")
        #expect(lines?[1] == "• <https://x.test/contacts/1|P1> (Acme): gone quiet")
        #expect(lines?.last == "and 3 more")
    }

    @Test func aLongNameIsCut() {
        let name = String(repeating: "x", count: 5_000)
        let text = self.text(#"{"type":"lead.cooled","data":{"contact":{"last_name":"\#(name)"}}}"#)
        #expect(text == "*\(String(repeating: "x", count: 120))* has cooled down")
    }

    @Test(arguments: ["", "null", "[]", "{}", #"{"type":1}"#, "{", "\u{0}"])
    func whatIsNoEventHasNoText(body: String) {
        #expect(self.text(body) == nil)
    }
}
