extension CatalogSchema {
    /// What the operator was told, and what it takes to know when to.
    static let operatorTables = """
        -- Conditions the operator has to know of, as long as they stand. A row that is told is told once.
        CREATE TABLE operator_conditions (
            name       TEXT NOT NULL,
            subject    TEXT NOT NULL,         -- a destination or a site; '' for the service
            since      INTEGER NOT NULL,
            over_since INTEGER,               -- NULL while it holds
            is_told    INTEGER NOT NULL,
            detail     TEXT NOT NULL,
            PRIMARY KEY (name, subject)
        ) STRICT, WITHOUT ROWID;

        -- In which minutes something came from a site. Site 0: in which the service ran.
        CREATE TABLE site_activity (
            site    INTEGER NOT NULL,
            hour    INTEGER NOT NULL,         -- since 1970, UTC
            minutes INTEGER NOT NULL,         -- a bit for each
            PRIMARY KEY (site, hour)
        ) STRICT, WITHOUT ROWID;

        """
}
