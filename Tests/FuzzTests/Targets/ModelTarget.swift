import Domain
import Settings

enum ModelTarget {
    static func run(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        let model = try decodesAgain(bytes, decode: ScoringModel.init) { $0.encode(to: &$1) }
        // Even a model that makes no sense is looked at, and one that does is compiled.
        if let model, model.problems().isEmpty { Self.publish(model) }
    }

    static func runFile(_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) {
        guard case .success(let model) = ModelFile.parse(String(decoding: bytes, as: UTF8.self), file: "m") else {
            return
        }
        try BrokenPromise.unless(model.problems().isEmpty, "a file that reads is a model without problems")
        let written = encoded { model.encode(to: &$0) }
        let again = written.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            return try? ScoringModel(decoding: &reader)
        }
        try BrokenPromise.unless(again == model, "a model reads back from the log as it was")
        Self.publish(model)
    }

    private static func publish(_ model: ScoringModel) {
        var history = ModelHistory()
        history.publish(model, offset: 1, at: Timestamp(seconds: 1_800_000_000))
    }
}
