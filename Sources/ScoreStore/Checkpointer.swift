package import Domain

/// The bytes of all slots at offsets of their own, taken while workers go on folding.
package struct SlotImages: Sendable {
    /// One per slot, in order.
    package var slots: [[UInt8]]
    /// The lowest and the highest of the slots' offsets.
    package var low: UInt64
    package var high: UInt64
}

extension ScoreStore {
    /// Encodes every slot under its lock, one after the other. A slot that had nothing to fold stands where its
    /// worker does.
    package func images(folded: (Slot) -> UInt64) -> SlotImages {
        var images = SlotImages(slots: [], low: .max, high: 0)
        for number in 0..<Limits.slotCount {
            let slot = Slot(number)
            let offset = folded(slot)
            let image = self.image(of: slot, reached: offset)
            images.slots.append(image.bytes)
            images.low = min(images.low, image.offset)
            images.high = max(images.high, image.offset)
        }
        return images
    }

    private func image(of slot: Slot, reached offset: UInt64) -> (bytes: [UInt8], offset: UInt64) {
        self.update(slot) { state in
            state.advance(to: offset)
            var writer = ByteWriter()
            state.encode(to: &writer)
            return (writer.bytes, state.offset)
        }
    }
}
