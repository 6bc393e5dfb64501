/// What a chat message shows of a notification's body. Everything below `data` may be absent or of another type: the
/// body was frozen by some earlier version of the service.
struct LeadEvent: Decodable {
    var type: String
    var data: Body?

    private enum CodingKeys: CodingKey {
        case type
        case data
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.type = try container.decode(String.self, forKey: .type)
        self.data = container.value(.data)
    }

    struct Body: Decodable {
        var contact: Contact?
        var account: Account?
        var owner: Owner?
        var score: Score?
        var stage: String?
        var grade: String?
        var entries: [Entry]?
        var links: Links?
        /// The rule of an alert, the answer of a salesperson, the text of a notice.
        var detail: String?
        /// What a daily digest says.
        var alerts: [Alert]?

        private enum CodingKeys: String, CodingKey {
            case contact
            case account
            case owner
            case score
            case stage
            case grade
            case entries
            case links
            case detail
            case alerts
            case rule
            case answer
            case message
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.contact = container.value(.contact)
            self.account = container.value(.account)
            self.owner = container.value(.owner)
            self.score = container.value(.score)
            self.stage = container.value(.stage)
            self.grade = container.value(.grade)
            self.entries = container.value(.entries)
            self.links = container.value(.links)
            self.alerts = container.value(.alerts)
            self.detail =
                container.value(.detail) ?? container.value(.rule) ?? container.value(.answer)
                ?? container.value(.message)
        }
    }

    struct Contact: Decodable {
        var id: String?
        var firstName: String?
        var lastName: String?
        var email: String?

        private enum CodingKeys: String, CodingKey {
            case id
            case firstName = "first_name"
            case lastName = "last_name"
            case email
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.id = container.value(.id)
            self.firstName = container.value(.firstName)
            self.lastName = container.value(.lastName)
            self.email = container.value(.email)
        }
    }

    struct Account: Decodable {
        var name: String?
        var domain: String?
    }

    struct Owner: Decodable {
        var key: String?
        var name: String?
    }

    struct Score: Decodable {
        var total: Double?
    }

    struct Alert: Decodable {
        var rule: String?
        var contact: Contact?
        var account: String?
        var link: String?
    }

    struct Links: Decodable {
        var contact: String?
    }

    struct Entry: Decodable {
        var rule: String?
        var page: String?
        var title: String?
        /// What the entry counts; what its rule gives where that is absent.
        var points: Double

        private enum CodingKeys: CodingKey {
            case rule
            case page
            case title
            case granted
            case points
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.rule = container.value(.rule)
            self.page = container.value(.page)
            self.title = container.value(.title)
            self.points = container.value(.granted) ?? container.value(.points) ?? 0
        }
    }
}

extension KeyedDecodingContainer {
    /// The value of a key, or nil if it is absent, null, or of another type.
    fileprivate func value<Value: Decodable>(_ key: Key) -> Value? {
        (try? self.decodeIfPresent(Value.self, forKey: key)) ?? nil
    }
}
