import FuzzTargets
import Glibc

/// Runs libFuzzer over one target, which the environment names, with the fuzzer's own arguments.
@main enum Fuzz {
    static func main() {
        let name = getenv("VENDANGE_FUZZ").map { String(cString: $0) } ?? ""
        guard FuzzTarget(rawValue: name) != nil else {
            print("VENDANGE_FUZZ is one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
            exit(64)
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(runDriver(&count, &arguments) { bytes, count in read(bytes, count) })
    }
}

/// libFuzzer's loop, which has no header of its own in the toolchain.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private let target = getenv("VENDANGE_FUZZ").flatMap { FuzzTarget(rawValue: String(cString: $0)) }

private func read(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try target?.run(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
