import Domain

extension CollectorLoop {
    /// `POST /e`: one event or an array of them.
    func takeEvents(_ request: Request, peer: NetworkAddress?) -> Reply {
        var reply = self.decideEvents(request, peer: peer)
        self.allowReading(request, &reply.answer)
        if var failure = reply.onFailure {
            self.allowReading(request, &failure)
            reply.onFailure = failure
        }
        return reply
    }

    private func decideEvents(_ request: Request, peer: NetworkAddress?) -> Reply {
        self.decoder.reset()
        do throws(Rejection) {
            guard Self.isReadable(request.value(.contentType)) else { throw .malformedJSON }
            try self.decoder.decodeBody(request.bytes(at: request.head.body))
        } catch {
            self.counters.count { counters in
                counters.received += 1
                counters.rejected[error, default: 0] += 1
            }
            return Reply(EventReport.answer(to: error))
        }
        let facts = RequestFacts(request, peer: peer, collector: self.collector, bots: &self.bots)
        let count = self.decoder.outcomes.count
        if let wait = self.waitForRoom(count, facts) {
            self.counters.count { $0.limited += UInt64(count) }
            return Reply(.tooFast(for: wait))
        }
        var intake = Intake(loop: self, facts: facts, verdict: .confirmed, frames: self.takeFrames())
        var report = EventReport()
        let origin = request.head.has(.origin) ? request.value(.origin) : nil
        self.decoder.scratch.withUnsafeBytes { text in
            for outcome in self.decoder.outcomes {
                switch outcome {
                case .rejected(let rejection): report.add(.rejected(rejection), dropped: [])
                case .accepted(let event, let dropped):
                    report.add(intake.take(event, text: text, origin: origin), dropped: dropped)
                }
            }
        }
        return self.finish(intake, report, answer: report.answer, onFailure: .unavailable)
    }

    /// Browsers send JSON as plain text to spare the preflight; anything else is not meant for us.
    private static func isReadable(_ contentType: UnsafeRawBufferPointer) -> Bool {
        contentType.isEmpty || Octets.hasPrefix(contentType, ignoringCase: "text/plain")
            || Octets.hasPrefix(contentType, ignoringCase: "application/json")
    }

    /// `GET /p.gif`: one event in the query.
    func takePixel(_ request: Request, peer: NetworkAddress?) -> Reply {
        self.decoder.reset()
        let outcome = self.decoder.decodeQuery(
            request.bytes(at: request.head.query),
            fallbackURL: request.value(.referer)
        )
        let facts = RequestFacts(request, peer: peer, collector: self.collector, bots: &self.bots)
        var intake = Intake(loop: self, facts: facts, verdict: .likely, frames: self.takeFrames())
        var report = EventReport()
        switch outcome {
        case .rejected(let rejection): report.add(.rejected(rejection), dropped: [])
        case .accepted where self.waitForRoom(1, facts) != nil: report.add(.rejected(.tooFast), dropped: [])
        case .accepted(let event, let dropped):
            let fate = self.decoder.scratch.withUnsafeBytes { intake.take(event, text: $0, origin: nil) }
            report.add(fate, dropped: dropped)
        }
        var answer = Answer.pixel
        if let rejection = report.rejection {
            answer = answer.with(Answer.Status(rejection))
            answer.add("X-Rejection", rejection.tag)
        }
        let dropped = report.dropped.flatMap(\.names)
        if !dropped.isEmpty { answer.add("X-Dropped", dropped.joined(separator: ", ")) }
        return self.finish(intake, report, answer: answer, onFailure: .pixelUnavailable)
    }

    /// Appends what was accepted, counts, and sets or clears the cookie.
    private func finish(
        _ intake: Intake,
        _ report: EventReport,
        answer: consuming Answer,
        onFailure: consuming Answer
    ) -> Reply {
        self.frames = intake.frames
        guard intake.records > 0 else {
            self.count(report)
            return Reply(answer)
        }
        // A withdrawal must not be kept out by a full disk, and what came with it goes the same way.
        let role: LogWriterRole = intake.erasedVisitor == nil ? .events : .control
        let events = AcceptedEvents(count: UInt64(report.accepted))
        let ticket: UInt64
        do {
            ticket = try self.append(self.frames, records: intake.records, of: events, on: role)
        } catch {
            self.counters.refuse(events)
            return Reply(onFailure)
        }
        self.count(report)
        let cookie = self.collector.settings.cookie
        if intake.erasedVisitor != nil {
            answer.add("Set-Cookie", cookie.clearingLine)
        } else if let visitor = intake.newVisitor {
            answer.add("Set-Cookie", cookie.visitorLine(visitor))
        }
        return Reply(
            answer,
            wait: .commit(ticket: ticket, on: role),
            onFailure: onFailure
        )
    }

    private func count(_ report: EventReport) {
        self.counters.count { counters in
            counters.received += UInt64(report.count)
            counters.accepted += UInt64(report.accepted)
            for dropped in report.dropped where !dropped.isEmpty {
                for key in dropped.keys { counters.droppedFields[key, default: 0] += 1 }
            }
            guard report.accepted < report.count else { return }
            for fate in report.fates {
                switch fate {
                case .accepted: break
                case .rejected(let rejection): counters.rejected[rejection, default: 0] += 1
                case .declined(let reason): counters.declined[reason, default: 0] += 1
                }
            }
        }
    }

    /// The loop's buffer for frames, moved out so that writing into it copies nothing.
    func takeFrames() -> ByteWriter {
        let frames = self.frames
        self.frames = ByteWriter()
        return frames
    }
}
