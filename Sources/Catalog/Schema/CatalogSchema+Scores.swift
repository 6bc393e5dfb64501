extension CatalogSchema {
    /// What they did and what it is worth.
    static let scoreTables = """
        -- One balance per contact, group and topic, at a reading of the group's decay clock.
        CREATE TABLE balances (
            contact    INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
            group_name TEXT NOT NULL,
            topic      TEXT NOT NULL,     -- '' for none
            value      REAL NOT NULL,
            decay      REAL NOT NULL,     -- half-lives elapsed on the group's clock
            PRIMARY KEY (contact, group_name, topic)
        ) STRICT, WITHOUT ROWID;

        -- Pages that were seen.
        CREATE TABLE pages (
            key   INTEGER PRIMARY KEY,
            url   TEXT NOT NULL,
            title TEXT NOT NULL
        ) STRICT;

        -- Why a score is what it is: the sum of granted * 2^-(clock - decay) over the settled entries.
        -- An entry that was taken back stays settled and names the entry that did.
        CREATE TABLE ledger (
            contact            INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
            log_offset         INTEGER NOT NULL,
            ordinal            INTEGER NOT NULL,
            origin             TEXT NOT NULL CHECK (origin IN
                ('page', 'rule', 'before_identification', 'confirmation', 'manual', 'reversal')),
            rule               TEXT NOT NULL,
            model_version      INTEGER NOT NULL,
            group_name         TEXT NOT NULL,
            topic              TEXT NOT NULL,
            points             REAL NOT NULL,
            granted            REAL NOT NULL,
            capped             REAL NOT NULL,
            decay              REAL NOT NULL,
            date               INTEGER NOT NULL,
            state              TEXT NOT NULL CHECK (state IN ('settled', 'provisional', 'dropped')),
            held_until         INTEGER,
            verdict            TEXT NOT NULL CHECK (verdict IN ('likely', 'confirmed', 'machine')),
            trust              TEXT NOT NULL CHECK (trust IN ('token', 'claim', 'forwarded', 'authenticated')),
            page               INTEGER,
            message            INTEGER,
            link               INTEGER,
            quote              INTEGER,
            refers_to_offset   INTEGER,
            refers_to_ordinal  INTEGER,
            author             TEXT NOT NULL,
            reason             TEXT,              -- why it was dropped or taken back
            reversed_by_offset INTEGER,
            reversed_by_ordinal INTEGER,
            repeats            INTEGER NOT NULL DEFAULT 0,  -- further matches over the limit
            PRIMARY KEY (contact, log_offset, ordinal)
        ) STRICT, WITHOUT ROWID;

        -- One row per page (or act) and visit.
        CREATE TABLE timeline (
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
            UNIQUE (contact, visit, kind, page, name, message, link, quote)
        ) STRICT;
        CREATE INDEX timeline_by_date ON timeline (contact, last_date);

        -- Views of a page on a day, without any person in them.
        CREATE TABLE audience (
            site  INTEGER NOT NULL,
            page  INTEGER NOT NULL,
            day   INTEGER NOT NULL,           -- days since 1970-01-01, in UTC
            views INTEGER NOT NULL,
            PRIMARY KEY (site, page, day)
        ) STRICT, WITHOUT ROWID;

        """
}
