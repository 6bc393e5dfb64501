import Domain

extension CollectorLoop {
    /// Answers a request, whichever codec read it.
    func answer(_ request: Request, peer: NetworkAddress?) -> Reply {
        self.beginCycle()
        self.counters.count { $0.requests += 1 }
        var reply = self.route(request, peer: peer)
        if request.head.method == .head {
            reply.answer.omitsBody = true
            reply.onFailure?.omitsBody = true
        }
        return reply
    }

    private func route(_ request: Request, peer: NetworkAddress?) -> Reply {
        let method = request.head.method
        let isFetch = method == .get || method == .head
        switch request.route {
        case .tracker where isFetch: return Reply(self.collector.tracker.answer(request))
        case .trackerVersion(let version) where isFetch:
            return Reply(self.collector.tracker.answer(request, version: version))
        case .forms where isFetch: return Reply(self.collector.forms.answer(request))
        case .pixel where isFetch: return self.takePixel(request, peer: peer)
        case .events where method == .post: return self.takeEvents(request, peer: peer)
        case .events where method == .options: return Reply(self.preflight(request))
        case .click(let link, let token) where isFetch:
            return self.takeClick(request, peer: peer, link: link, token: token)
        case .quote(let quote, let token) where isFetch:
            return self.showQuote(request, peer: peer, quote: quote, token: token)
        case .quote(let quote, let token) where method == .post:
            return self.takeQuoteView(request, peer: peer, quote: quote, token: token)
        case .open(let message, let token) where isFetch:
            return self.takeOpen(request, peer: peer, message: message, token: token)
        case .preferences where isFetch: return Reply(.page(Pages.preferences(in: self.language(of: request))))
        case .preferences(let token) where method == .post: return self.takeWithdrawal(request, token: token)
        case .leadAnswer where isFetch: return Reply(.page(Pages.leadAnswer(in: self.language(of: request))))
        case .leadAnswer(let token) where method == .post: return self.takeLeadAnswer(request, token: token)
        case .optOut where isFetch: return Reply(.page(Pages.optOut(in: self.language(of: request))))
        case .optOut where method == .post: return self.optOut(request)
        case .privacyControl where isFetch: return Reply(Pages.privacyControl)
        case .unknown: return Reply(.notFound)
        default: return Reply(Self.notAllowed(request.route))
        }
    }

    private static func notAllowed(_ route: Route) -> Answer {
        let allowed =
            switch route {
            case .events: "POST, OPTIONS"
            case .quote, .preferences, .leadAnswer, .optOut: "GET, HEAD, POST"
            default: "GET, HEAD"
            }
        return .text(.methodNotAllowed, "not with this method", fields: "Allow: \(allowed)\r\n")
    }

    /// The language of a page of ours for whoever asks.
    func language(of request: Request) -> Pages.Language {
        Pages.Language(accepted: request.value(.acceptLanguage))
    }

    // MARK: Cross-origin reading

    /// Lets the page that asked read the answer, if it is on one of our sites.
    func allowReading(_ request: Request, _ answer: inout Answer) {
        guard request.head.has(.origin) else { return }
        answer.add("Vary", "Origin")
        guard self.rules.allows(origin: request.value(.origin)) else { return }
        answer.add("Access-Control-Allow-Origin", request.value(.origin))
        answer.add("Access-Control-Allow-Credentials", "true")
    }

    private func preflight(_ request: Request) -> Answer {
        var answer = Answer.empty
        self.allowReading(request, &answer)
        guard request.head.has(.origin), self.rules.allows(origin: request.value(.origin)) else { return answer }
        answer.add("Access-Control-Allow-Methods", "POST")
        answer.add("Access-Control-Allow-Headers", "Content-Type")
        answer.add("Access-Control-Max-Age", "86400")
        return answer
    }
}
