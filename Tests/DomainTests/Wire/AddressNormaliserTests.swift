import Domain
import Testing

@Suite struct AddressNormaliserTests {
    @Test(
        arguments: [
            ("https://example.com", "example.com/"),
            ("HTTPS://Example.COM/Path", "example.com/Path"),
            ("http://example.com:80/", "example.com/"),
            ("https://example.com:443/", "example.com/"),
            ("https://example.com:80/", "example.com:80/"),
            ("https://example.com:/", "example.com/"),
            ("https://example.com:00080/", "example.com:80/"),
            ("http://example.com:0/", "example.com:0/"),
            ("http://example.com:8080/a", "example.com:8080/a"),
            ("http://example.com:65535/a", "example.com:65535/a"),
            ("https://user:secret@example.com/a", "example.com/a"),
            ("https://user@odd@example.com/a", "example.com/a"),
            ("https://ex%41mple.com/", "example.com/"),
            ("https://xn--bcher-kva.example/", "xn--bcher-kva.example/"),
            ("https://[2001:DB8::1]/a", "[2001:db8::1]/a"),
            ("https://[::1]:8443/a", "[::1]:8443/a"),
            ("https://[::]/", "[::]/"),
            ("https://192.0.2.7/", "192.0.2.7/"),
        ]
    )
    func hostsAndPortsHaveOneSpelling(_ address: String, _ text: String) throws {
        #expect(try AddressFixture(address).text == text)
    }

    // Expected values from the WHATWG URL Standard, sections 4.4 and 4.5.
    @Test(
        arguments: [
            ("  https://example.com/a \n", "/a"), ("\u{0}\u{1f}https://example.com/a", "/a"),
            ("ht\ntps://exa\tmple.com/\ra", "/a"), (#"https:\\example.com\a\b"#, "/a/b"),
            ("https:/example.com/a", "/a"),
            ("https:example.com/a", "/a"), ("https:////example.com/a", "/a"), ("https://example.com?a", "/"),
            ("https://example.com#a", "/"), ("https://example.com/a#b?c", "/a"), ("https://example.com/a/./b", "/a/b"),
            ("https://example.com/a/../b", "/b"), ("https://example.com/a/..", "/"),
            ("https://example.com/a/b/..", "/a/"),
            ("https://example.com/a/.", "/a/"), ("https://example.com/../../a", "/a"), ("https://example.com/..", "/"),
            ("https://example.com/a/%2e%2E/b", "/b"), ("https://example.com/a/%2E/b", "/a/b"),
            ("https://example.com/a/.%2e/b", "/b"), ("https://example.com/a/...", "/a/..."),
            (#"https://example.com/a\..\b"#, "/b"), ("https://example.com//a//b", "//a//b"),
            ("https://example.com//..", "/"), ("https://example.com/a/..//b", "//b"),
            ("https://example.com/a b", "/a%20b"),
            ("https://example.com/\u{1}a", "/%01a"), ("https://example.com/é", "/%C3%A9"),
            (#"https://example.com/"<>^`{}|"#, "/%22%3C%3E%5E%60%7B%7D|"),
            ("https://example.com/a;b,c!$'()*+:@", "/a;b,c!$'()*+:@"),
            ("https://example.com/[a]", "/[a]"),
        ]
    )
    func pathsFollowTheStandard(_ address: String, _ path: String) throws {
        let fixture = try AddressFixture(address)
        #expect(fixture.path == path)
        #expect(fixture.host == "example.com")
    }

    @Test(
        arguments: [
            ("/%7Euser/%41", "/~user/A"), ("/%c3%a9", "/%C3%A9"), ("/%2f", "/%2F"), ("/%zz", "/%25zz"), ("/%", "/%25"),
            ("/%4", "/%254"), ("/%2541", "/%2541"), ("/%%34%31", "/%2541"), ("/%00", "/%00"), ("/%5c..", "/%5C.."),
        ]
    )
    func percentEncodingsHaveOneSpelling(_ written: String, _ path: String) throws {
        #expect(try AddressFixture("https://example.com" + written).path == path)
    }

    @Test(
        arguments: [
            ("?", ""), ("?a=1", "?a=1"), ("?a=1&b=2&a=3", "?a=1&b=2&a=3"), ("?a=b c'<>\"", "?a=b%20c%27%3C%3E%22"),
            ("?%61=%62+c", "?a=b+c"), ("?a=1&&b=2&", "?a=1&b=2"), ("?a?b=/c:d@e", "?a?b=/c:d@e"),
            (#"?a=\b"#, #"?a=\b"#),
            ("?=1", "?=1"), ("?a=x#y", "?a=x"), ("?utm_source=x", ""), ("?a=1&utm_source=x&b=2", "?a=1&b=2"),
            ("?utm_source=x&a=1", "?a=1"), ("?UTM_Source=x&a=1", "?a=1"), ("?ut%6d_source=x&a=1", "?a=1"),
            ("?utm_id=4&utm_anything=5", ""), ("?vdg=token&a", "?a"),
            ("?utm=1&agclid=2&gclid_=3", "?utm=1&agclid=2&gclid_=3"),
            (
                "?gclid=1&gbraid=1&wbraid=1&dclid=1&fbclid=1&msclkid=1&yclid=1&ttclid=1&twclid=1&li_fat_id=1&mc_eid=1"
                    + "&mc_cid=1&_hsenc=1&_hsmi=1&mkt_tok=1&oly_anon_id=1&oly_enc_id=1&vero_id=1&igshid=1&__s=1&A=b",
                "?A=b"
            ),
        ]
    )
    func queriesLoseTrackingParametersAndKeepTheirOrder(_ query: String, _ kept: String) throws {
        #expect(try AddressFixture("https://example.com/" + query).text == "example.com/" + kept)
        #expect(try AddressFixture("https://example.com/" + query, query: .removed).text == "example.com/")
    }

    @Test func trackingParametersAreHandedOver() throws {
        let query = "utm_source=a%20b&utm_medium=m&utm_campaign=n&utm_content=c&utm_term=t&vdg=k&x=1&fbclid=5&gclid=6"
        let fixture = try AddressFixture("https://example.com/?" + query + "&utm_source=second")
        #expect(
            fixture.parameters
                == ["source": "a%20b", "medium": "m", "name": "n", "content": "c", "term": "t", "click": "k"]
        )
        #expect(fixture.clickIDName == "fbclid")
    }

    @Test(
        arguments: [
            "", " ", "example.com/a", "/a", "//example.com/a", "ftp://example.com/", "file:///etc/passwd",
            "mailto:a@b.c",
            "javascript:alert(1)", "http", "https", "http:", "https://", "https:///", "https://?a", "https://#a",
            "https://user@/a", "https://:80/", "https://exa mple.com/", "https://bücher.example/",
            "https://exa%20mple.com/",
            "https://a%2fb.com/", "https://a%zz.com/", "https://a%4", "https://a<b.com/", "https://a~b.com/",
            "https://example.com:65536/", "https://example.com:8a/", "https://example.com:-1/", "https://a:1:2/",
            "https://[::1", "https://[]/", "https://[:]/", "https://[::1]x/", "https://[::g]/", "https://[::1/]",
            "https://a]/",
            "https://\u{7f}/", "httpss://example.com/", "xhttps://example.com/",
            "https://" + String(repeating: "a", count: 254) + "/",
        ]
    )
    func whatIsNoAddressIsRefused(_ address: String) {
        #expect(throws: Rejection.invalidURL) { try AddressFixture(address) }
    }

    @Test func addressesAreTakenUpToTheLimitAfterNormalisation() throws {
        let room = Limits.urlBytes - "example.com/".utf8.count
        let fits = "https://example.com/" + String(repeating: "a", count: room)
        #expect(try AddressFixture(fits).text.utf8.count == Limits.urlBytes)
        #expect(try AddressFixture(fits + "?utm_source=x#fragment").text.utf8.count == Limits.urlBytes)
        #expect(throws: Rejection.urlTooLong) { try AddressFixture(fits + "a") }
        #expect(throws: Rejection.urlTooLong) { try AddressFixture(fits + "?a") }
        #expect(throws: Rejection.urlTooLong) {
            try AddressFixture("https://example.com/" + String(repeating: " ", count: room / 2) + "a")
        }
    }

    @Test func partsAreFoundAgainInNormalisedText() throws {
        for address in ["https://example.com:8080/a/b?c=/d?e:f", "https://[::1]/", "https://[::1]:81/x?y", "http://a/"]
        {
            let fixture = try AddressFixture(address)
            let bytes = Array(("xx" + fixture.text + "yy").utf8)
            bytes.withUnsafeBytes { bytes in
                let again = PageAddress(normalised: TextRange(start: 2, count: bytes.count - 4), in: bytes)
                #expect(again.host.string(in: bytes) == fixture.host)
                #expect(again.path.string(in: bytes) == fixture.path)
                #expect(again.key.string(in: bytes) == fixture.key)
            }
        }
    }

    @Test func theKeyIsHostPortAndPath() throws {
        #expect(try AddressFixture("https://Example.com:8080/a?b=c").key == "example.com:8080/a")
        #expect(try AddressFixture("https://example.com/a?b=c").isSecure)
        #expect(try !AddressFixture("http://example.com/a?b=c").isSecure)
    }

    @Test func aRefusedAddressLeavesTheBufferAsLongAsItWas() {
        var scratch = Array("https://example.com/a:b".utf8) + Array("https://example.com:x/".utf8)
        var normaliser = AddressNormaliser()
        #expect(throws: Rejection.invalidURL) {
            try normaliser.normalise(TextRange(start: 23, count: 22), query: .removed, in: &scratch)
        }
        #expect(scratch.count == 45)
    }
}
