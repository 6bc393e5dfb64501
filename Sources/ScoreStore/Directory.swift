package import Domain
import Synchronization

/// All the collector ever reads: sites, link destinations and quotes as a swapped snapshot, and a byte of consent per
/// contact in a striped table. Never a profile (design, section 5).
package final class Directory: Sendable {
    private let snapshot: Mutex<DirectorySnapshot>
    private let stripes: [ConsentStripe]

    /// An empty directory.
    package init() {
        self.snapshot = Mutex(DirectorySnapshot())
        self.stripes = (0..<64).map { _ in ConsentStripe() }
    }

    /// Sites, links and quotes as of now. Taken once per read cycle and then used without a lock.
    package var current: DirectorySnapshot { self.snapshot.withLock { $0 } }

    /// Replaces sites, links and quotes.
    package func replace(_ snapshot: DirectorySnapshot) {
        self.snapshot.withLock { $0 = snapshot }
    }

    /// What may be recorded of a contact; nil for one that is not known.
    package func consents(of contact: ContactID) -> ContactConsents? {
        self.stripe(contact).table.withLock { $0[contact] }
    }

    /// Sets what may be recorded of a contact; nil forgets them. Called by the fold, before the API answers.
    package func setConsents(_ consents: ContactConsents?, of contact: ContactID) {
        self.stripe(contact).table.withLock { $0[contact] = consents }
    }

    // The id is a keyed hash already, so its low bits spread well.
    private func stripe(_ contact: ContactID) -> ConsentStripe {
        self.stripes[Int(truncatingIfNeeded: contact.rawValue & 63)]
    }
}

/// One lock's share of the consent table.
private final class ConsentStripe: Sendable {
    let table = Mutex<[ContactID: ContactConsents]>([:])
}

/// Sites, links and quotes at one moment.
package final class DirectorySnapshot: Sendable {
    /// Sites by key.
    package let sites: [String: Site]
    /// Where tracked links lead.
    package let links: [UInt32: LinkTarget]
    /// Quotes by number.
    package let quotes: [UInt32: QuoteTarget]

    /// A snapshot.
    package init(sites: [Site] = [], links: [LinkTarget] = [], quotes: [QuoteTarget] = []) {
        self.sites = Dictionary(sites.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        self.links = Dictionary(links.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        self.quotes = Dictionary(quotes.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
    }
}

/// A tracked link: where it leads, and for which message and site it was made.
package struct LinkTarget: Equatable, Sendable {
    /// Its number.
    package var id: UInt32
    /// An absolute http(s) address.
    package var url: String
    /// The message it was made for; 0 if any.
    package var message: UInt32
    /// The site it leads to; 0 if none of ours. Only our own sites are handed a click id.
    package var site: SiteID

    /// A link target.
    package init(id: UInt32, url: String, message: UInt32 = 0, site: SiteID = SiteID(0)) {
        self.id = id
        self.url = url
        self.message = message
        self.site = site
    }
}

/// A quote as its small page shows it.
package struct QuoteTarget: Equatable, Sendable {
    /// Its number.
    package var id: UInt32
    /// What the page calls it.
    package var title: String
    /// The document the page's button opens; empty for none.
    package var url: String
    /// Whom it is for.
    package var contact: ContactID

    /// A quote.
    package init(id: UInt32, title: String, url: String, contact: ContactID) {
        self.id = id
        self.title = title
        self.url = url
        self.contact = contact
    }
}
