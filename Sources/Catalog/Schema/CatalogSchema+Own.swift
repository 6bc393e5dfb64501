extension CatalogSchema {
    /// What people and the API enter. Numbers that end up in addresses are never used twice: a mail sent years ago
    /// must not lead to something else.
    static let ownTables = """
        -- Names and values of the installation, such as the stream. No secrets.
        CREATE TABLE meta (
            key   TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Websites that embed the snippet or pixel. The lists are JSON arrays.
        CREATE TABLE sites (
            id                INTEGER PRIMARY KEY AUTOINCREMENT,
            key               TEXT NOT NULL UNIQUE,  -- what the snippet says
            name              TEXT NOT NULL,
            hostnames         TEXT NOT NULL,
            origins           TEXT NOT NULL,
            mode              TEXT NOT NULL CHECK (mode IN ('none', 'exempt', 'full')),
            before_choice     TEXT NOT NULL CHECK (before_choice IN ('none', 'exempt', 'full')),
            internal_networks TEXT NOT NULL,
            excluded_paths    TEXT NOT NULL,
            time_zone         TEXT NOT NULL
        ) STRICT;

        -- Mailings.
        CREATE TABLE messages (
            id       INTEGER PRIMARY KEY AUTOINCREMENT,
            name     TEXT NOT NULL,
            campaign TEXT NOT NULL,
            created  INTEGER NOT NULL  -- microseconds since 1970, UTC
        ) STRICT;

        -- Tracked links: the only places a redirect leads to.
        CREATE TABLE links (
            id      INTEGER PRIMARY KEY AUTOINCREMENT,
            url     TEXT NOT NULL,
            message INTEGER REFERENCES messages (id),  -- made for this one; NULL for any
            site    INTEGER REFERENCES sites (id),     -- leads to this site of ours; NULL for elsewhere
            created INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX links_by_message ON links (message);
        CREATE INDEX links_by_site ON links (site);

        -- Quotes. The contact is not a reference: quotes are entered, contacts follow from the log.
        CREATE TABLE quotes (
            id      INTEGER PRIMARY KEY AUTOINCREMENT,
            title   TEXT NOT NULL,
            url     TEXT NOT NULL,
            contact INTEGER NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX quotes_by_contact ON quotes (contact);

        -- Keys of the private port. Only their hashes are known here.
        CREATE TABLE api_keys (
            id            INTEGER PRIMARY KEY AUTOINCREMENT,
            name          TEXT NOT NULL,
            hash          BLOB NOT NULL UNIQUE,
            scopes        TEXT NOT NULL,      -- JSON array
            created       INTEGER NOT NULL,
            last_used_day INTEGER             -- days since 1970-01-01
        ) STRICT;

        -- Scoring models as they were published.
        CREATE TABLE models (
            version    INTEGER PRIMARY KEY,
            source     TEXT NOT NULL,         -- the author's YAML
            published  INTEGER NOT NULL,
            log_offset INTEGER NOT NULL       -- of the record that published it
        ) STRICT;

        """
}
