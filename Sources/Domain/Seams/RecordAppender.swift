/// Appending for callers that can wait: the API's control records, which are answered after their commit.
package protocol RecordAppender: Sendable {
    /// Appends whole framed records (``RecordFrame``), `records` of them, and returns once they are on disk: the
    /// offset at which the log then ended, behind all of them. Throws ``AppendRefusal``. What was handed over cannot
    /// be taken back: a cancelled task stops waiting, with `CancellationError`, and does not know what became of it.
    func append(_ frames: [UInt8], records: Int) async throws -> UInt64
}
