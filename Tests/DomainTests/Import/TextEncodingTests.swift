import Domain
import Testing

struct TextEncodingTests {
    static let marked = TextEncoding.Form.allCases.flatMap { form in
        [TextEncoding(form), TextEncoding(form, hasByteOrderMark: true)]
    }

    @Test(arguments: marked)
    func textComesBackFromEveryEncoding(encoding: TextEncoding) {
        let text = Array("Prénom;Société;Œuvre;10 €\r\nZoé;Château d’Été;ÿ;“x”\r\n".utf8)
        let bytes = encoding.byteOrderMark + encoding.encode(text)
        #expect(TextEncoding.detect(bytes) == encoding)
        #expect(encoding.decode(bytes) == text)
    }

    @Test func everyByteOfWindows1252ComesBack() {
        let encoding = TextEncoding(.windows1252)
        let bytes = (UInt8.min...UInt8.max).map(\.self)
        #expect(encoding.encode(encoding.decode(bytes)) == bytes)
        #expect(String(decoding: encoding.decode([0x80, 0x9c, 0xe9]), as: UTF8.self) == "€œé")
    }

    @Test func whatWindows1252LacksBecomesAQuestionMark() {
        #expect(TextEncoding(.windows1252).encode(Array("a→😀".utf8)) == Array("a??".utf8))
    }

    @Test(arguments: [TextEncoding.Form.utf16LittleEndian, .utf16BigEndian])
    func pairsOfUTF16ComeBack(form: TextEncoding.Form) {
        let text = Array("a😀\u{fffd}é".utf8)
        let encoding = TextEncoding(form, hasByteOrderMark: true)
        #expect(encoding.decode(encoding.byteOrderMark + encoding.encode(text)) == text)
    }

    @Test func halfAPairBecomesAReplacement() {
        let encoding = TextEncoding(.utf16LittleEndian)
        let expected = Array("\u{fffd}a\u{fffd}\u{fffd}".utf8)
        #expect(encoding.decode([0x00, 0xd8, 0x61, 0x00, 0x00, 0xdc, 0x00, 0xd8]) == expected)
        #expect(encoding.decode([0x61]) == Array("\u{fffd}".utf8))
    }

    @Test func plainASCIIIsUTF8() {
        #expect(TextEncoding.detect(Array("a;b".utf8)) == TextEncoding(.utf8))
        #expect(TextEncoding.detect([]) == TextEncoding(.utf8))
    }
}
