extension CatalogSchema {
    /// Timeline and ledger say which browser a row came by, so that one who is untied or refuses can be forgotten.
    /// A table's UNIQUE cannot be changed: the timeline is made anew.
    static let visitorColumns = """
        ALTER TABLE ledger ADD COLUMN visitor TEXT;  -- 32 hexadecimal digits; NULL: by no browser that is tied

        CREATE TABLE timeline_by_visitor (
            id           INTEGER PRIMARY KEY,
            contact      INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
            visit        INTEGER NOT NULL,    -- 0: outside visits (mail, quotes)
            kind         TEXT NOT NULL,
            page         INTEGER NOT NULL,    -- 0: none
            name         TEXT NOT NULL,
            message      INTEGER NOT NULL,
            link         INTEGER NOT NULL,
            quote        INTEGER NOT NULL,
            url          TEXT NOT NULL,       -- '' if the page's own row says it
            title        TEXT NOT NULL,
            referrer     TEXT NOT NULL,
            campaign     TEXT NOT NULL,
            first_date   INTEGER NOT NULL,
            last_date    INTEGER NOT NULL,
            count        INTEGER NOT NULL,
            engaged_ms   INTEGER NOT NULL,
            max_scroll   INTEGER NOT NULL,    -- percent
            verdict      TEXT NOT NULL CHECK (verdict IN ('likely', 'confirmed', 'machine')),
            trust        TEXT NOT NULL CHECK (trust IN ('token', 'claim', 'forwarded', 'authenticated')),
            from_before  INTEGER NOT NULL,    -- 1: remembered from before the contact was known
            visitor      TEXT NOT NULL,       -- '': by no browser that is tied
            UNIQUE (contact, visit, kind, page, name, message, link, quote, visitor)
        ) STRICT;
        INSERT INTO timeline_by_visitor SELECT *, '' FROM timeline;
        DROP TABLE timeline;
        ALTER TABLE timeline_by_visitor RENAME TO timeline;
        CREATE INDEX timeline_by_date ON timeline (contact, last_date);

        """
}
