import Domain

extension CollectorLoop {
    /// `POST /optout`: this browser wants nothing recorded. What was recorded of its visitor goes.
    func optOut(_ request: Request) -> Reply {
        let cookie = self.collector.settings.cookie
        var answer = Answer.page(Pages.optedOut(in: self.language(of: request)))
        answer.add("Set-Cookie", cookie.optOutLine)
        let cookies = RequestCookies(request.value(.cookie), names: self.collector.cookieNames)
        guard let visitor = cookies.visitor else { return Reply(answer) }
        answer.add("Set-Cookie", cookie.clearingLine)
        var frames = self.takeFrames()
        frames.bytes.removeAll(keepingCapacity: true)
        RecordFrame.append(to: &frames, kind: .erasure, slot: self.collector.slots.slot(of: visitor)) {
            ErasureRecord.visitor(visitor).encode(to: &$0)
        }
        self.frames = frames
        do {
            let ticket = try self.control.append(self.frames.bytes, records: 1)
            return Reply(answer, wait: .commit(ticket: ticket, on: .control), onFailure: .unavailable)
        } catch {
            return Reply(.unavailable)
        }
    }
}
