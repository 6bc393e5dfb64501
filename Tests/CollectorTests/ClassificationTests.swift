import Domain
import Testing

@testable import Collector

@Suite struct ClassificationTests {
    private func isBot(_ agent: String) -> Bool {
        var agent = agent
        return agent.withUTF8 { BotList.matches(UnsafeRawBufferPointer($0)) }
    }

    @Test(arguments: [
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "curl/8.5.0", "Wget/1.21",
        "python-requests/2.31", "Go-http-client/2.0", "Mozilla/5.0 (X11) HeadlessChrome/120", "Java/17.0.1",
        "facebookexternalhit/1.1", "Screaming Frog SEO Spider/19", "Pingdom.com_bot_version_1.4",
        "Mozilla/5.0 (CUBOT X19) SomeBot/1",
    ])
    func programsAreKnown(_ agent: String) {
        #expect(self.isBot(agent))
    }

    @Test(arguments: [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "",
        "Mozilla/5.0 (Linux; Android 10; CUBOT_P40) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 9; QUAD CORE) AppleWebKit/537.36 Chrome/120 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/138.0 Safari/537.36 Edg/138.0",
    ])
    func peoplesBrowsersAreNot(_ agent: String) {
        #expect(!self.isBot(agent))
    }

    @Test func theTableIsInLowerCaseAndStartsWithLetters() {
        for word in BotList.words {
            #expect("\(word)" == "\(word)".lowercased())
            #expect("\(word)".first?.isLetter == true)
        }
        #expect(BotList.words.count > 150)
    }

    @Test func theCacheSaysWhatTheListSays() {
        var cache = BotCache()
        for round in 0..<2 {
            for (agent, isBot) in [("curl/8", true), ("Firefox", false)] {
                var text = agent
                let seen = text.withUTF8 { bytes in
                    let raw = UnsafeRawBufferPointer(bytes)
                    return cache.isBot(raw, hash: SipHash.hash(raw, key: SipKey(1, 2)))
                }
                #expect(seen == isBot, "round \(round)")
            }
        }
    }

    @Test(arguments: ["1.2.3.4", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "fe80::", "1::8"])
    func addressesAreRead(_ text: String) {
        #expect(NetworkAddress(text) != nil)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.+4", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "12345::", "g::",
        "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "::1.2.3", "localhost", "1:2:3:4:5:6:7:8::", "-1::",
    ])
    func otherTextsAreNoAddresses(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test func aMappedAddressIsTheOneItMaps() {
        #expect(NetworkAddress("::ffff:192.0.2.1") == NetworkAddress("192.0.2.1"))
        #expect(NetworkAddress("2001:DB8:0::1") == NetworkAddress("2001:db8::1"))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
        ("2001:db8::/65", "2001:db8::7fff:0:0:1", true), ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
        ("::/0", "2001:db8::", true), ("::1", "::1", true), ("::1", "::2", false),
    ])
    func networksContainWhatSharesTheirPrefix(_ network: String, _ address: String, _ contains: Bool) throws {
        let address = try #require(NetworkAddress(address))
        #expect(try #require(Network(network)).contains(address) == contains)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::/129", "/8", "10.0.0.0/-1"])
    func otherTextsAreNoNetworks(_ text: String) {
        #expect(Network(text) == nil)
    }

    @Test func aNetworkKeyHidesTheHostAndKeepsTheNetwork() throws {
        let key = SipKey(1, 2)
        func networkKey(_ text: String) throws -> UInt32 { try #require(NetworkAddress(text)).networkKey(key) }
        #expect(try networkKey("192.0.2.1") == networkKey("192.0.2.254"))
        #expect(try networkKey("192.0.2.1") != networkKey("192.0.3.1"))
        #expect(try networkKey("2001:db8:1:2::3") == networkKey("2001:db8:1:ffff::"))
        #expect(try networkKey("2001:db8:1::") != networkKey("2001:db8:2::"))
    }

    @Test(arguments: [
        (Int64(0), "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func datesAreWrittenAsHTTPWantsThem(_ second: Int64, _ text: String) {
        #expect(AnswerRenderer.date(second) == text)
    }
}
