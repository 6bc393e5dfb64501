import Domain
import ScoreStore

/// What people tell us about themselves, or about a lead, on pages of ours. Showing a page changes nothing; only its
/// buttons do. Page and answer are the same whoever's token it is, or nobody's.
extension CollectorLoop {
    // MARK: Preferences

    /// `POST /u/{token}`: withdraws what the person chose, or all with one click (RFC 8058).
    func takeWithdrawal(_ request: Request, token: TextRange) -> Reply {
        let language = self.language(of: request)
        let payload = Token.decode(request.bytes(at: token), signer: self.collector.signer)
        guard let choice = PreferenceChoice(request.bytes(at: request.head.body)) else {
            return Reply(.page(Pages.preferences(in: language), status: .badRequest))
        }
        let answer = Answer.page(Pages.preferencesKept(in: language))
        guard let contact = self.contact(of: payload, for: .preferences) else { return Reply(answer) }
        let record = choice.record(of: contact)
        // An address that got about cannot fill the log. Nothing else is held back: the contact may be known by another
        // key by now, and of one who is known the fold may still have to learn what they withdraw.
        guard self.admitsCommand(of: contact) else { return Reply(answer) }
        let reply = self.command(.withdrawal, in: self.collector.slots.slot(of: contact), answer: answer) {
            record.encode(to: &$0)
        }
        // Holds for the next request already, before the fold says so too; at worst too early.
        if reply.wait.isNeeded, let before = self.collector.directory.consents(of: contact) {
            self.collector.directory.setConsents(record.left(of: before), of: contact)
        }
        return reply
    }

    // MARK: Answers to leads

    /// `POST /a/{token}`: what a salesperson says of a lead.
    func takeLeadAnswer(_ request: Request, token: TextRange) -> Reply {
        let language = self.language(of: request)
        let payload = Token.decode(request.bytes(at: token), signer: self.collector.signer)
        let body = request.bytes(at: request.head.body)
        guard let said = LeadAnswerRecord.Answer.allCases.first(where: { body.elementsEqual("answer=\($0.name)".utf8) })
        else { return Reply(.page(Pages.leadAnswer(in: language), status: .badRequest)) }
        let answer = Answer.page(Pages.leadAnswerKept(in: language))
        guard let contact = self.contact(of: payload, for: .answer), self.admitsCommand(of: contact) else {
            return Reply(answer)
        }
        return self.command(.leadAnswer, in: self.collector.slots.slot(of: contact), answer: answer) {
            LeadAnswerRecord(contact: contact, answer: said, author: "").encode(to: &$0)
        }
    }

    // MARK: Opt-out

    /// `POST /optout`: this browser wants nothing recorded. What was recorded of its visitor goes.
    func optOut(_ request: Request) -> Reply {
        let cookie = self.collector.settings.cookie
        var answer = Answer.page(Pages.optedOut(in: self.language(of: request)))
        answer.add("Set-Cookie", cookie.optOutLine)
        let cookies = RequestCookies(request.value(.cookie), names: self.collector.cookieNames)
        guard let visitor = cookies.visitor else { return Reply(answer) }
        answer.add("Set-Cookie", cookie.clearingLine)
        return self.command(.erasure, in: self.collector.slots.slot(of: visitor), answer: answer) {
            ErasureRecord.visitor(visitor).encode(to: &$0)
        }
    }

    // MARK: Common

    private func contact(of payload: TokenPayload?, for purpose: TokenPayload.Purpose) -> ContactID? {
        guard let payload, payload.purpose == purpose else {
            self.counters.count { $0.badTokens += 1 }
            return nil
        }
        return payload.contact
    }

    private func admitsCommand(of contact: ContactID) -> Bool {
        guard self.commandCounts.isBelow(Limits.commandsPerContact, contact, at: self.now) else { return false }
        self.commandCounts.count(contact)
        return true
    }

    /// Logs a command, which may use the log's reserve; the answer is said once it is on disk.
    private func command(
        _ kind: RecordKind,
        in slot: Slot,
        answer: Answer,
        _ body: (inout ByteWriter) -> Void
    ) -> Reply {
        var frames = self.takeFrames()
        frames.bytes.removeAll(keepingCapacity: true)
        RecordFrame.append(to: &frames, kind: kind, slot: slot, body)
        self.frames = frames
        do {
            let ticket = try self.control.append(self.frames.bytes, records: 1)
            return Reply(answer, wait: .commit(ticket: ticket, on: .control), onFailure: .unavailable)
        } catch {
            return Reply(.unavailable)
        }
    }
}

/// What a person asks for on their preferences page.
enum PreferenceChoice: String, CaseIterable {
    /// Opens of mails are not recorded any more.
    case opens
    /// Clicks and quotes are not recorded any more.
    case clicks
    /// Nothing is, and nobody gets in touch.
    case everything

    /// The choice of a form's body; mail clients send theirs as either type of form (RFC 8058, section 3.2).
    init?(_ body: UnsafeRawBufferPointer) {
        if let choice = Self.allCases.first(where: { body.elementsEqual("choice=\($0.rawValue)".utf8) }) {
            self = choice
        } else if Octets.contains(body, ignoringCase: "list-unsubscribe"),
            Octets.contains(body, ignoringCase: "one-click")
        {
            self = .everything
        } else {
            return nil
        }
    }

    func record(of contact: ContactID) -> WithdrawalRecord {
        switch self {
        case .opens: WithdrawalRecord(contact: contact, withdrawn: [.opens, .lastOpenDay], objects: false)
        case .clicks: WithdrawalRecord(contact: contact, withdrawn: .clicks, objects: false)
        case .everything: WithdrawalRecord(contact: contact, withdrawn: [], objects: true)
        }
    }
}
