extension WireDecoder {
    /// Decodes the body of `POST /e`, one JSON object or an array of up to ``Limits/eventsPerRequest``, into
    /// ``outcomes``.
    ///
    /// Outcomes are collected rather than handed out one by one, because a syntax error at the end of the body
    /// takes back what came before it. Unknown keys are passed over; of a key that is given twice, the last counts.
    ///
    /// Throws, and leaves no outcome and no text, if the body as a whole is not acceptable: `tooLarge`,
    /// `malformedJSON`, `tooDeep`, `tooManyEvents`, and `notAnEvent` if it is neither object nor array.
    package mutating func decodeBody(_ body: UnsafeRawBufferPointer) throws(Rejection) {
        self.outcomes.removeAll(keepingCapacity: true)
        guard body.count <= Limits.eventBodyBytes else { throw .tooLarge }
        let start = self.scratch.count
        do {
            try self.readBody(body)
        } catch {
            self.outcomes.removeAll(keepingCapacity: true)
            self.scratch.truncate(to: start)
            throw error
        }
    }

    private mutating func readBody(_ body: UnsafeRawBufferPointer) throws(Rejection) {
        var reader = JSONReader(body)
        let kind = try reader.peek()
        switch kind {
        case .object: try self.readEvent(&reader)
        case .array:
            try reader.beginArray()
            while try reader.nextElement() {
                guard self.outcomes.count < Limits.eventsPerRequest else { throw .tooManyEvents }
                if try reader.peek() == .object {
                    try self.readEvent(&reader)
                } else {
                    try reader.skipValue()
                    self.outcomes.append(.rejected(.notAnEvent))
                }
            }
        default: try reader.skipValue()
        }
        try reader.expectEnd()
        guard kind == .object || kind == .array else { throw .notAnEvent }
    }

    private mutating func readEvent(_ reader: inout JSONReader) throws(Rejection) {
        let start = self.scratch.count
        var draft = EventDraft()
        try reader.beginObject()
        while let written = try reader.nextKey(into: &self.scratch) {
            let key = self.key(written)
            self.scratch.truncate(to: Int(written.start))
            guard let key else {
                try reader.skipValue()
                continue
            }
            if key == .fields, try reader.peek() == .object {
                try self.readFields(&reader, into: &draft)
            } else {
                draft.assign(key, try self.readValue(&reader), nonceKey: self.nonceKey, in: &self.scratch)
            }
        }
        self.outcomes.append(self.finish(draft, from: start))
    }

    private mutating func readValue(_ reader: inout JSONReader) throws(Rejection) -> WireValue {
        switch try reader.peek() {
        case .string: return WireValue(try reader.readString(into: &self.scratch))
        case .number: return .number(try reader.readNumber())
        case .bool: return .flag(try reader.readBool())
        case .null:
            try reader.readNull()
            return .absent
        case .object, .array:
            try reader.skipValue()
            return .unusable
        }
    }

    // MARK: Fields of a form

    private mutating func readFields(_ reader: inout JSONReader, into draft: inout EventDraft) throws(Rejection) {
        try reader.beginObject()
        let start = self.scratch.count
        var count = 0
        var isWhole = true
        while let written = try reader.nextKey(into: &self.scratch) {
            WireValue.replaceControls(of: written, in: &self.scratch)
            let removed = self.removeField(named: written, since: start)
            if removed > 0 { count -= 1 }
            let key = TextRange(start: Int(written.start) - removed, count: Int(written.count))
            let value = try self.readValue(&reader)
            if value.isAbsent {
                self.scratch.truncate(to: Int(key.start))
            } else if count < Limits.formFields, self.encodeField(key, value) {
                count += 1
            } else {
                isWhole = false
                self.scratch.truncate(to: Int(key.start))
            }
        }
        draft.assignFields(TextRange(start: start, count: self.scratch.count - start), isWhole: isWhole)
    }

    /// Puts the counts before key and value, which are the last two texts of the buffer; false if they are no field.
    private mutating func encodeField(_ key: TextRange, _ value: WireValue) -> Bool {
        guard let text = value.text, 1...Limits.nameBytes ~= Int(key.count), text.count <= Limits.formFieldBytes
        else { return false }
        WireValue.replaceControls(of: text, in: &self.scratch)
        // From the back, so that the first insertion does not move the second's place.
        self.insertCount(of: text)
        self.insertCount(of: key)
        return true
    }

    private mutating func insertCount(of text: TextRange) {
        var rest = text.count
        var place = Int(text.start)
        while rest >= 0x80 {
            self.scratch.insert(UInt8(truncatingIfNeeded: rest) | 0x80, at: place)
            rest >>= 7
            place += 1
        }
        self.scratch.insert(UInt8(truncatingIfNeeded: rest), at: place)
    }

    /// Takes out the earlier field of the same key, if there is one, and tells how many bytes it had.
    private mutating func removeField(named key: TextRange, since start: Int) -> Int {
        let encoded = TextRange(start: start, count: Int(key.start) - start)
        let pair: Range<Int>? = self.scratch.withUnsafeBytes { bytes in
            var pairStart = start
            for field in FormFields(encoded, in: bytes) {
                let pairEnd = field.value.bounds.upperBound
                if bytes[field.key.bounds].elementsEqual(bytes[key.bounds]) { return pairStart..<pairEnd }
                pairStart = pairEnd
            }
            return nil
        }
        guard let pair else { return 0 }
        self.scratch.removeSubrange(pair)
        return pair.count
    }
}
