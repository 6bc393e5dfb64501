import CChecksum

/// CRC-32C (Castagnoli; polynomial 0x1EDC6F41, reflected, as in RFC 3720 appendix B.4).
///
/// By the processor's own instruction where it has one; else eight bytes at a step ("slicing by 8": Kounavis and Berry,
/// "Novel table lookup-based algorithms for high-performance CRC generation", 2008). Every block is summed when it is
/// written and again when it is read.
package enum CRC32C {
    private static let isInstruction = vendange_has_crc32c()

    /// The checksum of `bytes`, or of a longer run whose beginning has the checksum `previous`.
    package static func extend(_ previous: UInt32 = 0, with bytes: UnsafeRawBufferPointer) -> UInt32 {
        self.isInstruction
            ? ~vendange_crc32c(~previous, bytes.baseAddress, bytes.count)
            : self.extendByTables(previous, with: bytes)
    }

    /// The same, on any processor.
    package static func extendByTables(_ previous: UInt32 = 0, with bytes: UnsafeRawBufferPointer) -> UInt32 {
        self.tables.withUnsafeBufferPointer { tables in
            var crc = ~previous
            var index = 0
            let count = bytes.count
            // Indexes into the tables are a byte plus a multiple of 256 below 2,048, the tables' length.
            while index + 8 <= count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let low = UInt32(truncatingIfNeeded: word) ^ crc
                let high = UInt32(truncatingIfNeeded: word >> 32)
                let first = tables[1_792 + Int(low & 0xff)] ^ tables[1_536 + Int((low >> 8) & 0xff)]
                let second = tables[1_280 + Int((low >> 16) & 0xff)] ^ tables[1_024 + Int(low >> 24)]
                let third = tables[768 + Int(high & 0xff)] ^ tables[512 + Int((high >> 8) & 0xff)]
                let fourth = tables[256 + Int((high >> 16) & 0xff)] ^ tables[Int(high >> 24)]
                crc = first ^ second ^ third ^ fourth
                index += 8
            }
            while index < count {
                crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(bytes[index])) & 0xff)]
                index += 1
            }
            return ~crc
        }
    }

    /// Eight tables of 256: the k-th advances a byte by k further zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 2_048)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82f6_3b78 : 0) }
            tables[byte] = crc
        }
        for index in 256..<2_048 {
            let previous = tables[index - 256]
            tables[index] = (previous >> 8) ^ tables[Int(previous & 0xff)]
        }
        return tables
    }()
}
