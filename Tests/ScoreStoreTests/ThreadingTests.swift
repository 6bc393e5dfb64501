import Glibc
import ScoreStore
import Synchronization
import Testing

@Suite struct ThreadingTests {
    @Test(arguments: [0, 5]) func aThreadIsAsNiceAsItIsToldAndNobodyElseIs(niceness: Int) throws {
        let own = getpriority(Int32(PRIO_PROCESS.rawValue), 0)
        let seen = Mutex<Int32?>(nil)
        let thread = SystemThread.start("nice", niceness: niceness) {
            seen.withLock { $0 = getpriority(Int32(PRIO_PROCESS.rawValue), 0) }
        }
        try #require(thread).join()
        #expect(seen.withLock { $0 } == (niceness == 0 ? own : max(own, Int32(niceness))))
        #expect(getpriority(Int32(PRIO_PROCESS.rawValue), 0) == own)
    }
}
