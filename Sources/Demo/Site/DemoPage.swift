/// A page of the demonstration's website.
package struct DemoPage: Equatable, Sendable {
    /// Where it is.
    package let path: String
    /// What a view of it is worth, as `config/model.demo.yaml` says; a test holds the two together.
    package let points: Int
    let title: DemoText
    let introduction: DemoText
    let paragraphs: [DemoText]
    /// Whether it shows the contact form.
    var hasForm = false
    /// Whether the site's navigation names it.
    var isInNavigation = true

    /// The page at a path.
    package static func at(_ path: String) -> DemoPage? { Self.all.first { $0.path == path } }
}

extension DemoPage {
    /// The website of a maintenance company that does not exist.
    package static let all: [DemoPage] = [
        DemoPage(
            path: "/",
            points: 5,
            title: DemoText("Ardoine, la maintenance qui prévient", "Ardoine, maintenance that sees it coming"),
            introduction: DemoText(
                "Nous entretenons les machines de 140 sites industriels et hospitaliers de l'Ouest.",
                "We look after the machines of 140 factories and hospitals in western France."
            ),
            paragraphs: [
                DemoText(
                    "Un technicien attitré, des relevés lus chaque nuit, une intervention en quatre heures.",
                    "A technician you know, readings checked every night, on site within four hours."
                ),
                DemoText(
                    "Commencez par nos offres de maintenance et d'énergie, puis regardez les tarifs.",
                    "Start with our maintenance and energy offers, then have a look at the prices."
                ),
            ]
        ),
        DemoPage(
            path: "/produits/maintenance",
            points: 8,
            title: DemoText("Maintenance préventive", "Preventive maintenance"),
            introduction: DemoText(
                "Réparer avant la panne coûte trois fois moins que réparer après.",
                "A repair before the failure costs a third of one after it."
            ),
            paragraphs: [
                DemoText(
                    "Compresseurs, groupes froids, chaudières, ventilation : un plan par machine, revu chaque année.",
                    "Compressors, chillers, boilers, ventilation: one plan per machine, reviewed every year."
                ),
                DemoText(
                    "Vous recevez un compte rendu signé de chaque passage, avec les mesures et les pièces changées.",
                    "After each visit you get a signed report with the readings and the parts replaced."
                ),
            ]
        ),
        DemoPage(
            path: "/produits/energie",
            points: 8,
            title: DemoText("Pilotage de l'énergie", "Energy management"),
            introduction: DemoText(
                "Douze pour cent d'énergie en moins la première année, mesurés, pas estimés.",
                "Twelve per cent less energy in the first year, measured, not estimated."
            ),
            paragraphs: [
                DemoText(
                    "Nous posons les compteurs, lisons les courbes et réglons ce qui tourne pour rien.",
                    "We fit the meters, read the curves and adjust what runs for nothing."
                ),
                DemoText(
                    "Le suivi est compris dans le contrat de maintenance à partir de la formule Atelier.",
                    "Monitoring is part of the maintenance contract from the Workshop plan upwards."
                ),
            ]
        ),
        DemoPage(
            path: "/tarifs",
            points: 15,
            title: DemoText("Tarifs", "Prices"),
            introduction: DemoText("Trois formules, sans durée minimale.", "Three plans, no minimum term."),
            paragraphs: [
                DemoText(
                    "Essentiel : 290 € par mois, une visite par trimestre.",
                    "Basic: €290 a month, four visits a year."
                ),
                DemoText(
                    "Atelier : 690 € par mois, une visite par mois.",
                    "Workshop: €690 a month, one visit a month."
                ),
                DemoText(
                    "Site : sur devis, avec un technicien sur place.",
                    "Site: on quotation, with a technician on site."
                ),
            ]
        ),
        DemoPage(
            path: "/etudes-de-cas/usine",
            points: 5,
            title: DemoText("Étude de cas : une usine de boulons", "Case study: a bolt factory"),
            introduction: DemoText(
                "Quarante presses, deux arrêts imprévus par mois ; un an plus tard, aucun.",
                "Forty presses, two unplanned stops a month; a year later, none."
            ),
            paragraphs: [
                DemoText(
                    "Le relevé des vibrations a désigné trois paliers avant qu'ils ne cassent.",
                    "Vibration readings pointed at three bearings before they broke."
                )
            ]
        ),
        DemoPage(
            path: "/etudes-de-cas/hopital",
            points: 5,
            title: DemoText("Étude de cas : un hôpital", "Case study: a hospital"),
            introduction: DemoText(
                "Un bloc opératoire ne s'arrête pas : les passages se font la nuit.",
                "An operating theatre does not stop: we come at night."
            ),
            paragraphs: [
                DemoText(
                    "Chaque filtre changé est tracé, et le rapport va directement au service d'hygiène.",
                    "Every filter is traced, and the report goes straight to the hygiene department."
                )
            ]
        ),
        DemoPage(
            path: "/carrieres",
            points: -10,
            title: DemoText("Carrières", "Careers"),
            introduction: DemoText(
                "Nous cherchons quatre techniciens itinérants.",
                "We are looking for four travelling technicians."
            ),
            paragraphs: [
                DemoText(
                    "Qui lit cette page cherche sans doute un emploi, pas un contrat : le modèle retire des points.",
                    "Whoever reads this page probably wants a job, not a contract: the model takes points away."
                )
            ]
        ),
        DemoPage(
            path: "/contact",
            points: 5,
            title: DemoText("Contact", "Contact"),
            introduction: DemoText(
                "Dites-nous ce qui tourne chez vous, nous rappelons dans la journée.",
                "Tell us what is running at your place and we call back within the day."
            ),
            paragraphs: [],
            hasForm: true
        ),
        DemoPage(
            path: "/devis",
            points: 3,
            title: DemoText("Devis n° 2026-117", "Quote no. 2026-117"),
            introduction: DemoText(
                "Usines Martin SAS : formule Atelier, douze mois, 8 280 € hors taxes.",
                "Usines Martin SAS: Workshop plan, twelve months, €8,280 before tax."
            ),
            paragraphs: [
                DemoText(
                    "Vous êtes venu par le lien d'un devis : si vous avez accepté, ce navigateur est désormais lié à son "
                        + "destinataire, avec les pages lues depuis l'acceptation.",
                    "You came by a quote's link: if you accepted, this browser is now tied to its recipient, with the "
                        + "pages read since acceptance."
                )
            ],
            isInNavigation: false
        ),
    ]
}
