/// What the box at the foot of each page says: what the page sent under the present choice, and why not more.
package enum DemoChoice: String, CaseIterable, Sendable {
    /// Nothing chosen yet.
    case none
    /// Accepted.
    case granted
    /// Refused.
    case denied
    /// The browser itself says no: Global Privacy Control or Do Not Track.
    case signal

    /// The explanation on a page, as HTML.
    package func explanation(on page: DemoPage, _ language: DemoLanguage) -> String {
        let path = page.path.escapedForHTML
        return switch self {
        case .none:
            DemoText(
                """
                <p><strong>Rien n'est encore choisi.</strong> Cette page a été ajoutée à un total du jour : \
                « vues de <code>\(path)</code> aujourd'hui ». Aucun cookie, aucun profil, rien qui vous distingue du \
                visiteur suivant.</p>
                """,
                """
                <p><strong>Nothing is chosen yet.</strong> This page was added to a day total: “views of \
                <code>\(path)</code> today”. No cookie, no profile, nothing that tells you from the next visitor.</p>
                """
            )(language)
        case .denied:
            DemoText(
                """
                <p><strong>Vous avez refusé.</strong> Un seul compteur, « refusé », a avancé de un : ni la page, ni \
                l'heure, ni votre navigateur n'ont été notés. <strong>Il n'y a pas de profil</strong>, parce que \
                sans votre accord rien de ce que vous lisez ne peut être enregistré ; s'il y en avait un, votre \
                refus l'a effacé avec son cookie.</p>
                """,
                """
                <p><strong>You refused.</strong> One counter, “refused”, went up by one: neither the page nor the time \
                nor your browser was noted. <strong>There is no profile</strong>, because without your consent \
                nothing you read may be recorded; if there was one, your refusal erased it together with its \
                cookie.</p>
                """
            )(language)
        case .signal:
            DemoText(
                """
                <p><strong>Votre navigateur demande de ne pas être suivi</strong> (Global Privacy Control ou Do Not \
                Track). Cela vaut un refus, quoi que dise cette page : un seul compteur avance, aucun profil. Pour \
                voir la suite, désactivez ce signal ou prenez un autre navigateur.</p>
                """,
                """
                <p><strong>Your browser asks not to be tracked</strong> (Global Privacy Control or Do Not Track). That \
                counts as a refusal, whatever this page says: one counter goes up, no profile. To see the rest, turn \
                the signal off or take another browser.</p>
                """
            )(language)
        case .granted: self.grantedExplanation(path: path, points: page.points, language)
        }
    }

    private func grantedExplanation(path: String, points: Int, _ language: DemoLanguage) -> String {
        let sign = points > 0 ? "+" : ""
        return DemoText(
            """
            <p><strong>Vous avez accepté.</strong> Cette page a envoyé son adresse, son titre et la page d'où vous \
            venez ; en la quittant, le temps passé et la profondeur de lecture. Une vue de <code>\(path)</code> vaut \
            <strong>\(sign)\(points) points</strong>. Ils restent à un navigateur sans nom, jusqu'à ce qu'un lien de \
            la <a href="/inbox">boîte de réception</a> ou le formulaire dise qui vous êtes.</p>
            """,
            """
            <p><strong>You accepted.</strong> This page sent its address, its title and the page you came from; when \
            you leave it, the time spent and how far you read. A view of <code>\(path)</code> is worth \
            <strong>\(sign)\(points) points</strong>. They belong to a browser without a name, until a link in the \
            <a href="/inbox">inbox</a> or the form says who you are.</p>
            """
        )(language)
    }
}
