/// The pages on which people say what they want, in French and English.
extension Pages {
    /// What we keep of a person, and the buttons to take it back.
    static func preferences(in language: Language) -> String {
        switch language {
        case .french:
            Self.page(
                language,
                title: "Vos préférences",
                body: """
                    <p>Quand nous vous écrivons, nous notons les liens que vous suivez et les devis que vous consultez et, \
                    seulement si vous l'avez accepté, les messages que vous ouvrez et les pages que vous lisez sur nos \
                    sites. Cela nous dit ce qui vous intéresse et quand vous répondre.</p>\
                    <form method="post">\
                    <p><button name="choice" value="opens">Ne plus noter les messages que j'ouvre</button></p>\
                    <p><button name="choice" value="clicks">Ne plus noter les liens que je suis</button></p>\
                    <p><button name="choice" value="everything">M'opposer à tout, et ne plus être sollicité</button></p>\
                    </form>\
                    <p>Pour obtenir vos données ou les faire effacer, répondez à l'un de nos messages.</p>
                    """
            )
        case .english:
            Self.page(
                language,
                title: "Your preferences",
                body: """
                    <p>When we write to you, we note which links you follow and which quotes you look at and, only if you \
                    have agreed, which messages you open and which pages you read on our sites. It tells us what you are \
                    interested in, and when to answer.</p>\
                    <form method="post">\
                    <p><button name="choice" value="opens">No longer note the messages I open</button></p>\
                    <p><button name="choice" value="clicks">No longer note the links I follow</button></p>\
                    <p><button name="choice" value="everything">Object to all of it, and hear no more from you</button></p>\
                    </form>\
                    <p>To get your data or have it erased, answer one of our messages.</p>
                    """
            )
        }
    }

    /// The preference was kept.
    static func preferencesKept(in language: Language) -> String {
        switch language {
        case .french:
            Self.page(language, title: "C'est noté", body: "<p>Cela vaut aussi pour les messages déjà envoyés.</p>")
        case .english:
            Self.page(language, title: "Done", body: "<p>This also holds for messages that were sent before.</p>")
        }
    }

    /// What a lead was worth, as buttons for the salesperson.
    static func leadAnswer(in language: Language) -> String {
        let (title, good, notNow, wrong) =
            switch language {
            case .french: ("Ce contact", "Bon contact", "Pas maintenant", "N'aurait pas dû m'être transmis")
            case .english: ("This lead", "Good lead", "Not now", "Should not have been handed to me")
            }
        return Self.page(
            language,
            title: title,
            body: """
                <form method="post">\
                <p><button name="answer" value="good">\(good)</button></p>\
                <p><button name="answer" value="not_now">\(notNow)</button></p>\
                <p><button name="answer" value="wrong">\(wrong)</button></p>\
                </form>
                """
        )
    }

    /// The answer was kept.
    static func leadAnswerKept(in language: Language) -> String {
        switch language {
        case .french: Self.page(language, title: "Merci", body: "<p>Votre réponse est notée.</p>")
        case .english: Self.page(language, title: "Thank you", body: "<p>Your answer is noted.</p>")
        }
    }
}
