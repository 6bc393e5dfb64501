/// The product an export looks like; it informs the person and changes nothing.
package enum ImportProduct: String, Hashable, Sendable, CaseIterable {
    /// Zoho CRM.
    case zoho = "Zoho CRM"
    /// Koban.
    case koban = "Koban"
    /// HubSpot.
    case hubSpot = "HubSpot"

    /// The product two or more of whose own headers are there; nil when none, or two alike.
    package static func detect(_ headers: [FoldedName]) -> ImportProduct? {
        let keys = Set(headers.map(\.key))
        let hits = self.allCases.map { product in
            (product, product.signature.split(separator: " ").count { keys.contains(String($0)) })
        }
        let best = hits.max { $0.1 < $1.1 }
        guard let (product, count) = best, count >= 2, hits.count(where: { $0.1 == count }) == 1 else { return nil }
        return product
    }

    /// Headers that this product's exports have and the others' have not, folded.
    private var signature: String {
        switch self {
        case .zoho:
            """
            contactownerid leadownerid accountnameid leadowner emailoptout mailingcity mailingzip mailingcountry \
            createdtime modifiedtime lastactivitytime noofemployees leadsource skypeid secondaryemail salutation \
            accountname nomducompte proprietairedecontact proprietairedeprospect refusdemail heuredecreation \
            heuredemodification heuredederniereactivite sourceduprospect villepostale codepostalpostal payspostal
            """
        case .koban:
            """
            guid extcode externalcode codeexterne assignedto affectea raisonsociale optin zipcode unsuscribe third \
            thirdlabel cell points salesstatus utmsource dcreated dupdated intlphone tiers typedetiers pointskoban
            """
        case .hubSpot:
            """
            lifecyclestage marketingcontactstatus createdate lastactivitydate associatedcompany associatedcompanyids \
            recordidcontact phonenumber mobilephonenumber unsubscribedfromallemail hsobjectid hubspotteam \
            countryregion numberofemployees websiteurl phaseducycledevie proprietaireducontact entrepriseassociee \
            numerodetelephone statutdulead desabonnedetouslesemails iddefichedinformations datedederniereactivite \
            intituleduposte
            """
        }
    }
}
