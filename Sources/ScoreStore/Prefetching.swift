import CPrefetch

/// Has so many bytes from an address on brought nearer.
@inline(__always)
func bringNearer(_ start: UnsafeRawPointer?, count: Int) {
    guard let start else { return }
    for offset in stride(from: 0, to: count, by: 64) { vendange_prefetch(start.advanced(by: offset)) }
}

/// Has what an array has in front of its elements brought nearer: its count of references and of elements.
@inline(__always)
func bringHeadNearer<Element>(of array: [Element]) {
    // It may lie across two lines.
    array.withUnsafeBufferPointer { elements in
        bringNearer(UnsafeRawPointer(elements.baseAddress)?.advanced(by: -arrayHeaderBytes), count: 2 * 64)
    }
}

/// What an array has in front of its elements. Only hints depend on it.
let arrayHeaderBytes = 32
