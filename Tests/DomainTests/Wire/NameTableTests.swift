import Domain
import Testing

/// A table must find what comparing byte by byte would.
@Suite struct NameTableTests {
    private static let names: [StaticString] = [
        "a", "te", "dnt", "host", "x-moz", "cookie", "referer", "x-forwarded-for-everyone", "purpose", "forwarded",
        "content-type", "content-size", "accept-language", "x-forwarded-for1", "transfer-encoding", "transfer+encoding",
        "if-modified-since",
    ]

    private func index(of name: String, in table: NameTable, before: Int = 0, behind: Int = 0) -> Int? {
        let bytes =
            Array(repeating: UInt8(ascii: "x"), count: before) + Array(name.utf8)
            + Array(repeating: UInt8(ascii: ":"), count: behind)
        return bytes.withUnsafeBytes { table.index(of: before..<(before + name.utf8.count), in: $0) }
    }

    @Test(arguments: [true, false]) func everyNameIsFoundWhateverStandsAroundIt(ignoringCase: Bool) {
        let table = NameTable(Self.names, ignoringCase: ignoringCase)
        for (number, name) in Self.names.enumerated() {
            for before in [0, 1, 9] {
                for behind in 0..<9 {
                    #expect(self.index(of: name.description, in: table, before: before, behind: behind) == number)
                }
            }
            let upper = name.description.uppercased()
            #expect(self.index(of: upper, in: table, behind: 8) == (ignoringCase ? number : nil))
        }
    }

    @Test(arguments: [true, false]) func aNameThatDiffersInOneByteIsAnother(ignoringCase: Bool) {
        let table = NameTable(Self.names, ignoringCase: ignoringCase)
        for name in Self.names {
            let bytes = Array(name.description.utf8)
            for place in bytes.indices {
                for byte in UInt8(0x21)...0x7e where byte != bytes[place] {
                    var other = bytes
                    other[place] = byte
                    let text = String(decoding: other, as: UTF8.self)
                    let spelled = ignoringCase ? text.lowercased() : text
                    let expected = Self.names.firstIndex { $0.description == spelled }
                    #expect(self.index(of: text, in: table, behind: place) == expected)
                }
            }
        }
    }

    @Test func lengthsThatNoNameHasAreNoNames() {
        let table = NameTable(Self.names, ignoringCase: true)
        #expect(self.index(of: "", in: table, behind: 8) == nil)
        #expect(self.index(of: "hos", in: table, behind: 8) == nil)
        #expect(self.index(of: "host\0", in: table, behind: 8) == nil)
        #expect(self.index(of: String(repeating: "a", count: 25), in: table) == nil)
    }
}
