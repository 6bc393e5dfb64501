package import Domain
import ScoreStore

extension ServiceAdministration {
    package func createToken(_ input: TokenInput) async throws -> TokenView {
        let contact = try await self.row(of: input.contact).record.contact
        try await self.check(input, of: contact)
        let payload = TokenPayload(
            purpose: input.purpose,
            issueDay: UInt16(clamping: self.now.seconds / 86_400),
            contact: contact,
            object: input.object
        )
        let token = Token.encode(payload, signer: self.signer)
        return TokenView(
            token: token,
            purpose: input.purpose,
            contact: contact,
            addresses: self.publicBase.map { Self.addresses(of: token, input, base: $0) } ?? [:]
        )
    }

    /// The addresses a token opens (design, section 9).
    private static func addresses(of token: String, _ input: TokenInput, base: String) -> [String: String] {
        var addresses: [String: String] = [:]
        switch input.purpose {
        case .contact, .message:
            if let link = input.link { addresses["click"] = "\(base)/c/\(link)/\(token)" }
            if input.object != 0 { addresses["open"] = "\(base)/o/\(input.object)/\(token).gif" }
        case .quote: addresses["quote"] = "\(base)/q/\(input.object)/\(token)"
        case .preferences: addresses["preferences"] = "\(base)/u/\(token)"
        case .answer: addresses["answer"] = "\(base)/a/\(token)"
        case .click, .quoteClick: break
        }
        return addresses
    }

    private func check(_ input: TokenInput, of contact: ContactID) async throws {
        var check = FieldCheck()
        let object = input.object
        switch input.purpose {
        case .click, .quoteClick:
            let names = TokenPayload.Purpose.requestable.map(\.name)
            check.add("purpose", "one of \(names.joined(separator: ", "))", got: input.purpose.name)
        case .message where object == 0:
            check.add("object", "the number of the message", got: "none")
        case .message, .contact:
            if object != 0, try await !self.hasMessage(object) {
                check.add("object", "the number of a message", got: "\(object)")
            }
        case .quote:
            if try await self.quote(object)?.contact != contact {
                check.add("object", "the number of a quote of this contact", got: "\(object)")
            }
        case .preferences, .answer: break
        }
        if let number = input.link {
            let takesLink = input.purpose == .contact || input.purpose == .message
            check.that(takesLink, "link", "no link with the purpose \(input.purpose.name)", got: "\(number)")
            let link = try await self.link(number)
            check.that(link != nil, "link", "the number of a link", got: "\(number)")
            if input.purpose == .message, let message = link?.message, message != 0, message != object {
                check.add("link", "a link of message \(object)", got: "one of message \(message)")
            }
        }
        try check.orThrow()
    }
}
