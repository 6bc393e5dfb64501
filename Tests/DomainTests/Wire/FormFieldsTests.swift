import Domain
import Testing

@Suite struct FormFieldsTests {
    private func fields(_ json: String) throws -> ([[String]], [String]) {
        var fixture = WireFixture()
        let (event, dropped) = try fixture.event(#""fields":\#(json)"#)
        return (fixture.fields(event), dropped)
    }

    @Test func fieldsKeepTheirOrderAndLongCounts() throws {
        let long = String(repeating: "é", count: 100)
        let (fields, dropped) = try self.fields(#"{"email":"a@b","note":"\#(long)","city":"A\nB"}"#)
        #expect(fields == [["email", "a@b"], ["note", long], ["city", "A B"]])
        #expect(dropped.isEmpty)
    }

    @Test func emptyAndNullValuesAreAbsent() throws {
        let (fields, dropped) = try self.fields(#"{"a":"","b":null,"c":"x"}"#)
        #expect(fields == [["c", "x"]])
        #expect(dropped.isEmpty)
    }

    @Test func theLastOfTwoEqualKeysCounts() throws {
        let (fields, dropped) = try self.fields(#"{"a":"1","b":"2","a":"3","b":""}"#)
        #expect(fields == [["a", "3"]])
        #expect(dropped.isEmpty)
        #expect(try self.fields(#"{"a":"1","a":2}"#) == ([], ["fields"]))
    }

    @Test func whatIsNoFieldIsDroppedAndTheRestKept() throws {
        let longValue = String(repeating: "a", count: Limits.formFieldBytes + 1)
        let longKey = String(repeating: "k", count: Limits.nameBytes + 1)
        for wrong in [
            #""b":1"#, #""b":{"c":"d"}"#, #""b":["c"]"#, #""":"x""#, #""b":"\#(longValue)""#, #""\#(longKey)":"x""#,
        ] {
            let (fields, dropped) = try self.fields(#"{"a":"1",\#(wrong),"z":"9"}"#)
            #expect(fields == [["a", "1"], ["z", "9"]])
            #expect(dropped == ["fields"])
        }
    }

    @Test func keysAndValuesAreTakenUpToTheirLimits() throws {
        let value = String(repeating: "a", count: Limits.formFieldBytes)
        let key = String(repeating: "k", count: Limits.nameBytes)
        let (fields, dropped) = try self.fields(#"{"\#(key)":"\#(value)"}"#)
        #expect(fields == [[key, value]])
        #expect(dropped.isEmpty)
    }

    @Test func moreFieldsThanTheLimitAreDropped() throws {
        let members = (0...Limits.formFields).map { #""k\#($0)":"v\#($0)""# }.joined(separator: ",")
        let (fields, dropped) = try self.fields("{\(members)}")
        #expect(fields == (0..<Limits.formFields).map { ["k\($0)", "v\($0)"] })
        #expect(dropped == ["fields"])
    }

    @Test func aRepeatedKeyTakesNoRoomFromTheOthers() throws {
        let members = (0..<Limits.formFields).map { #""k\#($0)":"v\#($0)""# }
        let (fields, dropped) = try self.fields("{\((members[..<2] + members).joined(separator: ","))}")
        #expect(fields == (0..<Limits.formFields).map { ["k\($0)", "v\($0)"] })
        #expect(dropped.isEmpty)
    }

    @Test func aValueIsFoundByItsKey() throws {
        var fixture = WireFixture()
        let (event, _) = try fixture.event(#""fields":{"a":"1","b":"2"}"#)
        fixture.decoder.scratch.withUnsafeBytes { bytes in
            let fields = FormFields(event.fields, in: bytes)
            #expect(fields.value(for: "b")?.string(in: bytes) == "2")
            #expect(fields.value(for: "c") == nil)
            #expect(FormFields(.empty, in: bytes).value(for: "a") == nil)
        }
    }

    @Test func damagedPairsEndTheReading() {
        for bytes in [[1], [1, 0x61], [1, 0x61, 5, 0x62], [0xff, 0xff, 0xff]] as [[UInt8]] {
            bytes.withUnsafeBytes { bytes in
                #expect(Array(FormFields(TextRange(start: 0, count: bytes.count), in: bytes)).isEmpty)
                #expect(Array(FormFields(TextRange(start: 9, count: 9), in: bytes)).isEmpty)
            }
        }
    }
}
