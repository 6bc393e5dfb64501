/// What a column of an import can mean. The raw value is the name in `field=Header` and, for what the model reads,
/// the name of the contact's field.
package enum ImportField: String, Hashable, Sendable, CaseIterable {
    /// The record's id in the CRM.
    case crmID = "crm_id"
    /// The e-mail address.
    case email
    /// The first name.
    case firstName = "first_name"
    /// The last name.
    case lastName = "last_name"
    /// First and last name in one.
    case fullName = "full_name"
    /// The telephone number.
    case phone
    /// The mobile telephone's number.
    case mobile
    /// The company's name.
    case company
    /// The company's web site.
    case website
    /// The salesperson's name or e-mail address.
    case owner
    /// The salesperson's e-mail address.
    case ownerEmail = "owner_email"
    /// What the contact is to us.
    case status
    /// The job title.
    case title
    /// Whether mail is wished.
    case mailConsent = "mail_consent"
    /// Whether mail is refused.
    case objected
    /// Free text: known so that it is not taken for a value of the model, and not kept.
    case note
    /// The town.
    case city
    /// The postal code.
    case postalCode = "postal_code"
    /// The country.
    case country
    /// The sector of business.
    case sector
    /// How many people the company employs.
    case employees
    /// The company's turnover in a year.
    case annualRevenue = "annual_revenue"
    /// Where the contact came from.
    case source
    /// The day the CRM's record was made.
    case created = "created_on"
    /// The day of the last activity in the CRM.
    case lastActivity = "last_activity_on"

    /// Whether the value goes to the contact's fields, where the model reads it; for some of them beside its own place.
    package var isModelField: Bool {
        switch self {
        case .city, .postalCode, .country, .sector, .employees, .annualRevenue, .source, .created, .lastActivity,
            .title,
            .mobile:
            true
        case .crmID, .email, .firstName, .lastName, .fullName, .phone, .company, .website, .owner, .ownerEmail,
            .status, .mailConsent, .objected, .note:
            false
        }
    }
}

extension ImportField {
    /// The headers of this field, folded (``FoldedName/key``), the most telling first: when two columns could be the
    /// field, the one whose header comes first here is taken.
    ///
    /// From the exports and API names of Zoho CRM, Koban and HubSpot, in English and French, and from what people
    /// write in their own tables.
    package var headers: [Substring] { self.headerList.split(whereSeparator: \.isWhitespace) }

    private var headerList: String {
        switch self {
        case .crmID:
            """
            recordidcontact recordidlead recordid hsobjectid iddenregistrement iddelenregistrement idenregistrement \
            idfichedinformations iddefichedinformations iddelafichedinformations iddelafiche idfiche contactid \
            leadid prospectid idcontact idducontact idprospect idpiste crmid idcrm guid sid extcode externalcode \
            codeexterne externalid idexterne identifiantexterne identifiantcrm identifiant numerodecontact zohoid \
            hubspotid kobanid vid id
            """
        case .email:
            """
            email emailaddress emailadress adresseemail adressemail courriel adressecourriel adressedecourriel \
            adressedemessagerie mail emailprofessionnel emailpro mailpro emailcontact contactemail emailducontact \
            workemail businessemail primaryemail emailprincipal adresseelectronique messagerie
            """
        case .firstName: "firstname prenom givenname prenomducontact contactfirstname prenomcontact forename"
        case .lastName:
            """
            lastname nomdefamille nom surname familyname nomducontact contactlastname nomcontact name
            """
        case .fullName:
            """
            fullname nomcomplet prenometnom nometprenom nomprenom prenomnom contactname contactfullname \
            nomcompletducontact
            """
        case .phone:
            """
            phone phonenumber telephone numerodetelephone ntelephone notelephone tel telephonefixe fixe workphone \
            telephoneprofessionnel telephonebureau businessphone lignedirecte otherphone
            """
        case .mobile:
            """
            mobile mobilephone mobilephonenumber cell cellphone portable telephoneportable telephonemobile \
            numerodetelephonemobile numerodeportable numerodemobile gsm telmobile telportable
            """
        case .company:
            """
            company companyname accountname account nomdelentreprise nomdentreprise entreprise societe \
            nomdelasociete nomdesociete raisonsociale nomducompte compte organisation organization thirdlabel third \
            associatedcompany entrepriseassociee associatedcompanies primarycompany employer employeur etablissement
            """
        case .website:
            """
            website websiteurl siteweb urldusiteweb siteinternet web url site companydomainname \
            nomdedomainedelentreprise domaine domain companydomain
            """
        case .owner:
            """
            contactowner leadowner proprietaireducontact proprietairedecontact proprietairecontact \
            proprietaireduprospect proprietairedeprospect proprietairedelapiste proprietairedepiste recordowner \
            owner ownername proprietaire proprietairedelenregistrement responsable responsablecommercial \
            responsableducompte assignedto assigneto assignea affectea attribuea commercial commercialattitre \
            accountowner proprietaireducompte salesrep salesperson accountmanager hubspotownerid
            """
        case .ownerEmail:
            """
            contactowneremail leadowneremail owneremail emailproprietaire emailduproprietaire \
            emailresponsable emailduresponsable emailcommercial emailducommercial
            """
        case .status:
            """
            lifecyclestage phaseducycledevie etapeducycledevie status statut statutducontact contactstatus \
            leadstatus statutdulead statutduprospect statutdeprospect statutdelapiste contacttype typedecontact \
            accounttype typedecompte typedetiers thirdtype type salesstatus
            """
        case .title:
            """
            jobtitle title fonction intituleduposte poste titre titreduposte function \
            role position jobrole employmentrole roledansentreprise profession metier
            """
        case .mailConsent:
            """
            mailconsent emailconsent emailoptin optin optinemail optinmail consentement consentementemail \
            consentementmail consentementmarketing marketingconsent consent accepteemail acceptelesemails \
            abonne subscribed abonnenewsletter newsletter inscritnewsletter
            """
        case .objected:
            """
            unsubscribedfromallemail desabonnedetouslesemails desinscritdetouslesemails desabonnementdetouslesemails \
            emailoptout hsemailoptout optout optoutemail refusdemail refusdemails refusemail desactiveremail \
            desabonnementemail desabonnementdemail unsubscribed unsubscribe unsuscribe desabonne desinscrit \
            desinscription desabonnement opposition oppose donotcontact nepascontacter blackliste
            """
        case .note:
            """
            note notes description comments comment commentaire commentaires remarque remarques observations \
            message
            """
        case .city:
            """
            mailingcity city ville villepostale villedexpedition villeadressepostale localite commune town
            """
        case .postalCode:
            """
            mailingzip mailingpostalcode zipcode zip postalcode codepostal cp codepostalpostal codepostaldexpedition
            """
        case .country: "mailingcountry country countryregion pays paysregion payspostal paysadressepostale"
        case .sector:
            """
            industry secteur secteurdactivite secteuractivite sector domainedactivite activite branche
            """
        case .employees:
            """
            numberofemployees noofemployees employees employeecount nombredemployes nbdemployes effectif effectifs \
            nombredesalaries nbsalaries salaries tailledelentreprise companysize headcount numemployees
            """
        case .annualRevenue:
            """
            annualrevenue chiffredaffaires chiffredaffairesannuel ca caannuel revenuannuel revenusannuels revenue \
            turnover
            """
        case .source:
            """
            leadsource sourceduprospect sourcedeprospect sourcedulead sourcedelapiste originalsource \
            sourcedorigine origine origin source provenance
            """
        case .created:
            """
            createdate createdtime createddate datecreated dcreated datedecreation heuredecreation creele creation
            """
        case .lastActivity:
            """
            lastactivitydate lastactivitytime lastactivity datedederniereactivite datedeladerniereactivite \
            heuredederniereactivite derniereactivite
            """
        }
    }

    /// Each known header with its field and its rank among the field's headers.
    package static let byHeader: [String: (field: ImportField, rank: Int)] = {
        var table: [String: (field: ImportField, rank: Int)] = [:]
        for field in ImportField.allCases {
            for (rank, header) in field.headers.enumerated() where table[String(header)] == nil {
                table[String(header)] = (field, rank)
            }
            let own = FoldedName(field.rawValue).key
            if table[own] == nil { table[own] = (field, 0) }
        }
        return table
    }()
}
