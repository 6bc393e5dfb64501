import Settings

/// Model files that tests read or spoil.
enum Samples {
    /// The smallest model.
    static let minimal = """
        version: 1
        groups:
          web: { half_life: 30d, max: 100 }
        stages:
          warm: { enter: 30, leave: 20 }
          hot: { enter: 80, leave: 60 }

        """

    /// The smallest model with one rule.
    static func rule(_ rule: String) -> String { self.minimal + "rules:\n  - { \(rule) }\n" }

    /// The smallest model with pages.
    static func pages(_ pages: String) -> String { self.minimal + "pages: { \(pages) }\n" }

    /// The smallest model with one factor of the fit.
    static func factor(_ factor: String) -> String { self.minimal + "fit: { weight: [ { \(factor) } ] }\n" }

    /// What is wrong with a model, as it is printed.
    static func problems(_ text: String) -> [String] {
        switch ModelFile.parse(text, file: "m.yaml") {
        case .success: []
        case .failure(let problems): problems.problems.map(\.description)
        }
    }

    /// The example that shows the whole grammar.
    static let design = """
        version: 3
        groups:                         # each decays and is capped on its own
          web:   { half_life: 30d, max: 100 }
          mail:  { half_life: 14d, max: 40 }
          sales: { half_life: 60d, max: 100 }
        pages:                          # points of each page: the most specific pattern wins
          /tarifs:           { points: 15, limit: 2 per day }
          /maintenance/**:   { points: 5, topic: maintenance }
          /carrieres/**:     -10
          /**:               1
        rules:                          # all that match apply
          - { name: return visit,  when: { visit: return, after: 7d }, points: 20, group: web }
          - { name: mail click,    when: { event: email_click }, points: 10, group: mail, hold: 10s }
          - { name: quote viewed,  when: { event: quote_view }, points: 25, group: sales, limit: 3 per week,
              alert: true }
          - { name: decision maker, when: { event: page_view, path: /tarifs, contact: { role: decision } }, points: 10,
              group: sales }
          - { name: gone quiet,    when: { silent: 90d, contact: { grade: A } }, alert: digest }
        unconfirmed: 0.3                # what a click nobody confirmed is worth
        exclude: { status: [competitor, supplier, employee] }   # never handed over, still visible
        fit:                            # A, B, C of an account: weight (today) x potential (tomorrow)
          weight:    [ { field: revenue_12m, bands: { 0: 0, 10000: 3, 50000: 5 }, factor: 2 } ]
          potential: [ { field: employees, bands: { 0: 1, 20: 3, 100: 5 }, factor: 1 },
                       { field: sector, values: { industry: 5 }, factor: 3 } ]
          grades:    [ { weight: 6, potential: 10, is: A }, { potential: 8, is: B }, { is: C } ]
        stages:
          warm: { enter: 30, leave: 20 }
          hot:  { enter: 80, leave: 60, cooldown: 24h, by_grade: { A: { enter: 60, leave: 45 },
                                                               C: { enter: 120, leave: 90 } } }

        """
}
