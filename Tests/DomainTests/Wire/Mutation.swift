import TestSupport

/// Small damage to bytes, of the kinds that find parsers' mistakes.
enum Mutation {
    private static let telling =
        Array(#"{}[]",:\/u0-+.eE dtn%&=?#@ "#.utf8) + [0x00, 0x1f, 0x7f, 0x80, 0xc3, 0xed, 0xf0, 0xff]

    static func apply(to bytes: inout [UInt8], using random: inout SeededRandom) {
        guard !bytes.isEmpty else { return bytes.append(Self.telling.randomElement(using: &random) ?? 0) }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = Self.telling.randomElement(using: &random) ?? 0
        case 2: bytes.insert(Self.telling.randomElement(using: &random) ?? 0, at: place)
        case 3: bytes.remove(at: place)
        case 4: bytes.removeSubrange(place...)
        default:
            let end = min(bytes.count, place + Int.random(in: 1...8, using: &random))
            bytes.insert(contentsOf: bytes[place..<end], at: place)
        }
    }
}
