import CZlib

/// Deflate (RFC 1950, RFC 1951), as zlib does it.
package enum Compression {
    /// How hard zlib tries: what more costs is measured in docs/decisions/0080-sealed-segments.md.
    package static let level: Int32 = 1

    /// `bytes`, compressed; nil if there is no memory for it.
    package static func compress(_ bytes: [UInt8], level: Int32 = Compression.level) -> [UInt8]? {
        var isDone = false
        let bound = Int(compressBound(uLong(bytes.count)))
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            var length = uLong(bound)
            isDone = compress2(buffer.baseAddress, &length, bytes, uLong(bytes.count), level) == Z_OK
            count = isDone ? Int(length) : 0
        }
        return isDone ? compressed : nil
    }

    /// What was compressed, if it is whole and has `count` bytes; else nil.
    package static func expand(_ bytes: UnsafeRawBufferPointer, to count: Int) -> [UInt8]? {
        var isDone = false
        let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
        let expanded = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var length = uLong(count)
            isDone = uncompress(buffer.baseAddress, &length, source, uLong(bytes.count)) == Z_OK
            isDone = isDone && length == uLong(count)
            filled = isDone ? count : 0
        }
        return isDone ? expanded : nil
    }
}
