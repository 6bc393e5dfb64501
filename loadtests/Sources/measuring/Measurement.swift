import Glibc

/// Time of the process, of a thread and of the wall, in seconds.
package enum Stopwatch {
    /// Since some moment in the past.
    package static func wall() -> Double { self.read(CLOCK_MONOTONIC) }
    /// Of this thread on a core.
    package static func thread() -> Double { self.read(CLOCK_THREAD_CPUTIME_ID) }
    /// Of all threads on a core.
    package static func process() -> Double { self.read(CLOCK_PROCESS_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Bytes of memory that are resident.
package func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var size = 0
    var resident = 0
    withUnsafeMutablePointer(to: &size) { size in
        withUnsafeMutablePointer(to: &resident) { resident in
            _ = withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) }
        }
    }
    return resident * Int(getpagesize())
}

/// One line of the report: a name and numbers.
package func report(_ name: String, _ values: KeyValuePairs<String, Double>) {
    let fields = values.map { "\"\($0.key)\":\(($0.value * 1000).rounded() / 1000)" }.joined(separator: ",")
    print("{\"name\":\"\(name)\",\(fields)}")
}
