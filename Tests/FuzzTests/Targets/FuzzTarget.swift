import Domain

/// The readers of bytes from outside, each as a function that libFuzzer can call and a test can replay. Besides not
/// crashing, each keeps a promise that the rest of the service builds on.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The collector's codec: the same request however the bytes arrive.
    case request
    /// The body of `POST /e`.
    case json
    /// The query of `GET /p.gif`; a zero byte ends it, and the Referer follows.
    case query
    /// The normaliser of addresses: normalising twice changes nothing.
    case address
    /// Tokens, with a code that is always zero.
    case token
    /// Payloads of the log's records; the first byte is the kind.
    case record
    /// Whole segments; see ``SegmentScript``.
    case segment
    /// Parts of a checkpoint; the first byte tells which.
    case checkpoint
    /// A scoring model as the log holds it.
    case model
    /// A scoring model's YAML.
    case modelfile

    /// Reads an input. Throws when a promise is broken.
    package func run(_ bytes: UnsafeRawBufferPointer) throws {
        switch self {
        case .request: try RequestTarget.run(bytes)
        case .json: try WireTarget.runBody(bytes)
        case .query: try WireTarget.runQuery(bytes)
        case .address: try AddressTarget.run(bytes)
        case .token: try TokenTarget.run(bytes)
        case .record: try RecordTarget.run(bytes)
        case .segment: try SegmentTarget.run(bytes)
        case .checkpoint: try CheckpointTarget.run(bytes)
        case .model: try ModelTarget.run(bytes)
        case .modelfile: try ModelTarget.runFile(bytes)
        }
    }
}

/// A promise that an input broke.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String

    /// Throws unless a promise was kept.
    static func unless(_ isKept: Bool, _ promise: String) throws(BrokenPromise) {
        if !isKept { throw BrokenPromise(description: promise) }
    }
}

/// The bytes something is encoded to.
func encoded(_ encode: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    encode(&writer)
    return writer.bytes
}

/// Decodes a whole input; nil if it is none. What decodes must come out of its own encoding again.
func decodesAgain<Value>(
    _ bytes: UnsafeRawBufferPointer,
    decode: (inout ByteReader) throws(DecodingFailure) -> Value,
    encode: (Value, inout ByteWriter) -> Void
) throws(BrokenPromise) -> Value? {
    var reader = ByteReader(bytes)
    guard let value = try? decode(&reader) else { return nil }
    let once = encoded { encode(value, &$0) }
    let again: [UInt8]? = once.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        guard let value = try? decode(&reader), reader.remaining == 0 else { return nil }
        return encoded { encode(value, &$0) }
    }
    try BrokenPromise.unless(again == once, "what is encoded reads back as it was")
    return value
}
