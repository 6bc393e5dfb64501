/// A job title as the word that the model's conditions compare.
package enum ContactRole {
    /// The word for people who decide.
    package static let decision = "decision"

    /// `decision` for the title of somebody who leads a company or one of its departments, else the title in snake
    /// case; nil for a title without letters.
    package static func normalised(_ title: String) -> String? {
        let name = FoldedName(title)
        guard !name.snakeCase.isEmpty else { return nil }
        let words = Set(name.words.map(String.init))
        // "Assistant to the CEO" names the one who decides, but is not them.
        guard words.isDisjoint(with: self.helpers) else { return name.snakeCase }
        // The key finds initials written with points, as in "P.D.G.".
        let decides =
            !words.isDisjoint(with: self.deciders) || self.deciders.contains(name.key)
            || words.isSuperset(of: ["chef", "dentreprise"])
            || name.snakeCase == "owner" || words.isSuperset(of: ["business", "owner"])
        return decides ? self.decision : name.snakeCase
    }

    private static let helpers: Set<String> = [
        "assistant", "assistante", "secretaire", "secretary", "stagiaire", "alternant", "alternante", "intern",
    ]

    private static let deciders: Set<String> = Set(
        """
        decision decideur decideuse dirigeant dirigeante gerant gerante cogerant cogerante pdg dg dga daf dsi drh \
        ceo cto cfo coo cmo cio cro president presidente directeur directrice director fondateur fondatrice \
        cofondateur cofondatrice founder cofounder chief vp proprietaire patron patronne associe associee
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    )
}
