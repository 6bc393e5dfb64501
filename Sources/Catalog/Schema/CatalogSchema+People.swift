extension CatalogSchema {
    /// Who there is.
    static let peopleTables = """
        -- How far the log has been applied: everything below log_offset. One row.
        CREATE TABLE applied (
            only       INTEGER PRIMARY KEY CHECK (only = 1),
            stream     TEXT NOT NULL,     -- 16 hexadecimal digits
            log_offset INTEGER NOT NULL
        ) STRICT;

        -- Companies, by the keyed hash of their key.
        CREATE TABLE accounts (
            id     INTEGER PRIMARY KEY,
            key    TEXT NOT NULL,         -- crm:<id> or domain:<host>
            name   TEXT NOT NULL,
            domain TEXT NOT NULL
        ) STRICT;
        CREATE INDEX accounts_by_key ON accounts (key);
        CREATE INDEX accounts_by_domain ON accounts (domain);

        -- Salespeople.
        CREATE TABLE owners (
            key  TEXT PRIMARY KEY,
            name TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- People, and where they stand as of the last record that concerned them.
        CREATE TABLE contacts (
            id                    INTEGER PRIMARY KEY,  -- 64 bits; printf('%016x', id) as people read it
            is_known              INTEGER NOT NULL DEFAULT 0,  -- 0: only rows of theirs came so far
            email                 TEXT NOT NULL DEFAULT '',
            first_name            TEXT NOT NULL DEFAULT '',
            last_name             TEXT NOT NULL DEFAULT '',
            phone                 TEXT NOT NULL DEFAULT '',
            language              TEXT NOT NULL DEFAULT '',
            status                TEXT NOT NULL DEFAULT '',
            role                  TEXT NOT NULL DEFAULT '',
            account               INTEGER REFERENCES accounts (id),
            owner                 TEXT REFERENCES owners (key),
            consents              INTEGER NOT NULL DEFAULT 0,  -- 1 clicks, 2 opens, 4 last open day, 128 objected
            is_claimed            INTEGER NOT NULL DEFAULT 0,  -- all that is known is a form's claim
            score                 REAL NOT NULL DEFAULT 0,     -- as of as_of; decays from there
            limited               REAL NOT NULL DEFAULT 0,     -- the part of it under claims
            as_of                 INTEGER,
            stage                 TEXT NOT NULL DEFAULT 'cold' CHECK (stage IN ('cold', 'warm', 'hot')),
            awaits_confirmation   INTEGER NOT NULL DEFAULT 0,  -- hot but for a human act
            grade                 TEXT NOT NULL DEFAULT 'B' CHECK (grade IN ('A', 'B', 'C')),
            first_seen            INTEGER,
            last_seen             INTEGER,
            visits                INTEGER NOT NULL DEFAULT 0,
            page_views            INTEGER NOT NULL DEFAULT 0,
            clicks                INTEGER NOT NULL DEFAULT 0,
            quote_views           INTEGER NOT NULL DEFAULT 0,
            handed_over           INTEGER,
            last_open_day         INTEGER,                     -- days since 1970-01-01
            import_hash           INTEGER                      -- of the line last imported, to tell an unchanged one
        ) STRICT;
        CREATE INDEX contacts_by_email ON contacts (email);
        CREATE INDEX contacts_by_account ON contacts (account);
        CREATE INDEX contacts_by_owner ON contacts (owner);
        CREATE INDEX contacts_by_stage ON contacts (stage);
        CREATE INDEX contacts_hot ON contacts (score DESC, id) WHERE stage = 'hot' OR awaits_confirmation = 1;

        -- Keys of contacts in other systems.
        CREATE TABLE contact_keys (
            kind     TEXT NOT NULL CHECK (kind IN ('crm', 'email')),
            value    TEXT NOT NULL,
            contact  INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,    -- 0 is the key the id was made from
            PRIMARY KEY (kind, value)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX contact_keys_by_contact ON contact_keys (contact);

        -- Further ids of contacts.
        CREATE TABLE aliases (
            alias   INTEGER PRIMARY KEY,
            contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE
        ) STRICT;
        CREATE INDEX aliases_by_contact ON aliases (contact);

        -- Fields of contacts and their accounts that the model may read.
        CREATE TABLE contact_fields (
            contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
            name    TEXT NOT NULL,
            value   TEXT NOT NULL,
            PRIMARY KEY (contact, name)
        ) STRICT, WITHOUT ROWID;

        -- Browsers tied to contacts.
        CREATE TABLE visitors (
            id      TEXT PRIMARY KEY,     -- 32 hexadecimal digits
            contact INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
            trust   TEXT NOT NULL CHECK (trust IN ('token', 'claim', 'forwarded', 'authenticated')),
            linked  INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX visitors_by_contact ON visitors (contact);

        """
}
