/// What a contact is to the company that runs the service.
package enum ContactStatus: String, Hashable, Sendable, CaseIterable {
    /// Might buy.
    case prospect
    /// Has bought.
    case customer
    /// Sells the same.
    case competitor
    /// Sells to us.
    case supplier
    /// One of us.
    case employee
    /// None of these.
    case other

    /// The status that a CRM's word stands for, in English or French; ``other`` for a word not known. Stages of a
    /// lead all mean a prospect.
    package init(word: String) {
        let name = FoldedName(word)
        self = Self.byWord[name.key] ?? name.words.lazy.compactMap { Self.byWord[String($0)] }.first ?? .other
    }

    private var words: String {
        switch self {
        case .prospect:
            """
            prospect prospects lead leads piste suspect ptc subscriber abonne marketingqualifiedlead mql \
            salesqualifiedlead sql opportunity opportunite leadqualifiemarketing leadqualifiecommercial \
            prospectchaud prospectfroid new nouveau open ouvert inprogress encours opendeal connected connecte \
            attemptedtocontact tentativedecontact contacted contacte notcontacted noncontacte contactinfuture \
            acontacter contacteralavenir prequalified prequalifie qualified qualifie unqualified nonqualifie \
            notqualified badtiming lostlead pisteperdue
            """
        case .customer:
            """
            customer customers client clients cliente existingcustomer clientactif ancienclient formercustomer \
            evangelist ambassadeur promoteur clt
            """
        case .competitor: "competitor competitors concurrent concurrents concurrente concurrence"
        case .supplier: "supplier suppliers vendor fournisseur fournisseurs prestataire soustraitant"
        case .employee: "employee employees employe salarie collaborateur collaboratrice interne internal staff"
        case .other: "other autre autres junklead indesirable partner partenaire"
        }
    }

    private static let byWord: [String: ContactStatus] = {
        var table: [String: ContactStatus] = [:]
        for status in ContactStatus.allCases {
            for word in status.words.split(whereSeparator: \.isWhitespace) { table[String(word)] = status }
        }
        return table
    }()
}
