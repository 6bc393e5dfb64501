extension Site {
    /// What will be seen of the site's visitors, in one line for its operator.
    package var meaning: String {
        switch (self.mode, self.beforeChoice) {
        case (.none, _): "one counter; no page, no person"
        case (.exempt, .none): "nothing before a choice, day totals per page after acceptance; no person, no lead"
        case (.exempt, _): "day totals per page for everybody who does not refuse; no person, no lead"
        case (.full, .none):
            "nothing before a choice; after acceptance pages, points and leads; after refusal one counter"
        case (.full, .exempt):
            "day totals per page before a choice; after acceptance pages, points and leads; after refusal one counter"
        case (.full, .full):
            "pages, points and leads without asking: only where the law allows it; after refusal one counter"
        }
    }
}
