import Glibc

/// The counter of `allocations.c`, when it is loaded in front of the C library's allocator.
package enum Allocations {
    private typealias Reading = @convention(c) () -> UInt64

    private static let reading: Reading? = dlsym(nil, "vendange_allocations").map {
        unsafeBitCast($0, to: Reading.self)
    }

    /// Whether allocations are counted at all.
    package static var isCounting: Bool { self.reading != nil }

    /// Allocations so far, of the whole process.
    package static var count: UInt64 { self.reading?() ?? 0 }
}
