extension CatalogSchema {
    /// What was handed over, and to whom.
    static let deliveryTables = """
        -- One row per hand-over of a contact to sales, and what became of it.
        CREATE TABLE leads (
            id         INTEGER PRIMARY KEY,
            contact    INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
            log_offset INTEGER NOT NULL,
            slot       INTEGER NOT NULL,
            ordinal    INTEGER NOT NULL,
            date       INTEGER NOT NULL,
            account    INTEGER,               -- the account and owner it was handed over with
            owner      TEXT,
            score      REAL NOT NULL,
            stage      TEXT NOT NULL,
            grade      TEXT NOT NULL,
            state      TEXT NOT NULL CHECK (state IN ('open', 'withdrawn', 'cooled')),
            closed     INTEGER,
            answer     TEXT NOT NULL,         -- '' for none yet
            answered   INTEGER,
            answered_by TEXT NOT NULL,        -- '' if the answer does not say
            UNIQUE (log_offset, slot, ordinal)
        ) STRICT;
        CREATE INDEX leads_by_contact ON leads (contact, id);
        CREATE INDEX leads_by_owner ON leads (owner, id);

        -- Notifications addressed to one destination, with the body frozen when they were decided. Rows are never
        -- numbered twice, so that the outcome of an attempt cannot land on another row.
        -- historic: made again by a rebuild, never sent. cancelled: withdrawn before it was ever tried.
        CREATE TABLE deliveries (
            id            INTEGER PRIMARY KEY AUTOINCREMENT,
            destination   TEXT NOT NULL,
            key           TEXT NOT NULL,      -- <stream>-<offset>-<slot>-<ordinal>, <stream>-<offset>-digest-<part>
            kind          TEXT NOT NULL,
            contact       INTEGER,            -- NULL: about nobody
            log_offset    INTEGER NOT NULL,
            body          TEXT NOT NULL,      -- CloudEvents 1.0 JSON
            created       INTEGER NOT NULL,
            due           INTEGER NOT NULL,
            state         TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead', 'cancelled', 'historic')),
            attempts      INTEGER NOT NULL DEFAULT 0,
            first_attempt INTEGER,
            finished      INTEGER,
            begun         INTEGER NOT NULL DEFAULT 0,  -- 1: a first attempt may have left; set for leads
            UNIQUE (destination, key)
        ) STRICT;
        CREATE INDEX deliveries_to_do ON deliveries (destination, id, due, created) WHERE state = 'pending';
        CREATE INDEX deliveries_to_do_by_due ON deliveries (destination, due) WHERE state = 'pending';
        CREATE INDEX deliveries_to_do_by_contact ON deliveries (destination, contact, id) WHERE state = 'pending';
        CREATE INDEX deliveries_dead ON deliveries (destination, id) WHERE state = 'dead';
        CREATE INDEX deliveries_by_contact ON deliveries (contact, destination, kind, id);

        -- Every attempt of every delivery.
        CREATE TABLE attempts (
            id       INTEGER PRIMARY KEY,
            delivery INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
            time     INTEGER NOT NULL,
            status   INTEGER NOT NULL,        -- HTTP; 0 without an answer
            error    TEXT NOT NULL,
            verdict  TEXT NOT NULL CHECK (verdict IN ('delivered', 'retry', 'dead')),
            retry_at INTEGER
        ) STRICT;
        CREATE INDEX attempts_by_delivery ON attempts (delivery, id);

        -- Alerts that wait for the daily digest.
        CREATE TABLE digest (
            id         INTEGER PRIMARY KEY AUTOINCREMENT,
            contact    INTEGER NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
            log_offset INTEGER NOT NULL,
            rule       TEXT NOT NULL,
            date       INTEGER NOT NULL,
            sent       INTEGER
        ) STRICT;
        CREATE INDEX digest_by_contact ON digest (contact);
        CREATE INDEX digest_to_send ON digest (id) WHERE sent IS NULL;

        """
}
