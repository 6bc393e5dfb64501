import Foundation
import NIOCore

/// Whole requests, as `loadtests/requests.py` wrote them. Wherever twelve `@` stand, each sending puts an id of its own,
/// so that no event is a repetition.
struct PreparedRequests: Sendable {
    enum Failure: Error {
        case malformed
    }

    private struct Prepared {
        var bytes: [UInt8]
        var marks: [Int]
    }

    private static let mark = [UInt8](repeating: UInt8(ascii: "@"), count: 12)
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private let requests: [Prepared]

    /// Reads a file. Throws for one without requests.
    init(file: String) throws {
        var rest = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))[...]
        var requests: [Prepared] = []
        while let lineEnd = rest.firstIndex(of: UInt8(ascii: "\n")) {
            guard let count = Int(String(decoding: rest[..<lineEnd], as: UTF8.self)),
                count > 0, rest.endIndex - lineEnd - 1 >= count
            else { throw Failure.malformed }
            let bytes = Array(rest[(lineEnd + 1)...].prefix(count))
            requests.append(Prepared(bytes: bytes, marks: Self.marks(in: bytes)))
            rest = rest[(lineEnd + 1 + count)...]
        }
        guard !requests.isEmpty, rest.isEmpty else { throw Failure.malformed }
        self.requests = requests
    }

    /// Writes the request of a number: they come in turn.
    func write(_ number: Int, seed: UInt64, into buffer: inout ByteBuffer) {
        let request = self.requests[number % self.requests.count]
        buffer.writeBytes(request.bytes)
        guard !request.marks.isEmpty else { return }
        let id = Self.id(seed: seed, number: UInt64(number))
        for mark in request.marks { buffer.setBytes(id, at: mark) }
    }

    private static func marks(in bytes: [UInt8]) -> [Int] {
        var marks: [Int] = []
        var index = 0
        while index + self.mark.count <= bytes.count {
            guard bytes[index] == self.mark[0], bytes[index..<(index + self.mark.count)].elementsEqual(self.mark) else {
                index += 1
                continue
            }
            marks.append(index)
            index += self.mark.count
        }
        return marks
    }

    /// 16 bits of the seed and 48 of the number, in digits of six bits.
    private static func id(seed: UInt64, number: UInt64) -> [UInt8] {
        var bits = (seed << 48) | (number & 0xffff_ffff_ffff)
        var id = self.mark
        for index in id.indices {
            id[index] = self.digits[Int(bits >> 58)]
            bits = bits << 6 | bits >> 58
        }
        return id
    }
}
