extension CatalogSchema {
    /// For people in the `sqlite3` shell. Scores are as of the contact's last record; only `vendange explain` decays
    /// them to this minute.
    static let views = """
        CREATE VIEW hot_contacts AS
        SELECT
            printf('%016x', c.id) AS contact,
            trim(c.first_name || ' ' || c.last_name) AS name,
            c.email,
            c.phone,
            coalesce(nullif(a.name, ''), a.domain, '') AS account,
            coalesce(nullif(o.name, ''), o.key, '') AS owner,
            round(c.score, 1) AS score,
            c.grade,
            c.stage,
            c.awaits_confirmation,
            strftime('%Y-%m-%dT%H:%M:%SZ', c.last_seen / 1000000, 'unixepoch') AS last_seen,
            strftime('%Y-%m-%dT%H:%M:%SZ', c.handed_over / 1000000, 'unixepoch') AS handed_over
        FROM contacts c
        LEFT JOIN accounts a ON a.id = c.account
        LEFT JOIN owners o ON o.key = c.owner
        WHERE c.stage = 'hot' OR c.awaits_confirmation = 1
        ORDER BY c.score DESC, c.id;

        CREATE VIEW contact_ledger AS
        SELECT
            printf('%016x', l.contact) AS contact,
            c.email,
            strftime('%Y-%m-%dT%H:%M:%SZ', l.date / 1000000, 'unixepoch') AS date,
            l.rule,
            l.origin,
            l.group_name AS "group",
            l.topic,
            l.points,
            l.granted,
            l.capped,
            CASE WHEN l.reversed_by_offset IS NOT NULL THEN 'reversed' ELSE l.state END AS state,
            coalesce(l.reason, '') AS reason,
            l.repeats,
            l.verdict,
            l.trust,
            coalesce(p.url, m.name, q.title, '') AS what,
            l.author,
            l.model_version,
            l.log_offset,
            l.ordinal
        FROM ledger l
        JOIN contacts c ON c.id = l.contact
        LEFT JOIN pages p ON p.key = l.page
        LEFT JOIN messages m ON m.id = l.message
        LEFT JOIN quotes q ON q.id = l.quote
        ORDER BY l.contact, l.date DESC, l.log_offset DESC, l.ordinal DESC;

        -- One line per reason: the hot contacts, and of each the entries that still stand, newest first.
        CREATE VIEW who_is_hot_and_why AS
        SELECT
            trim(c.first_name || ' ' || c.last_name) AS name,
            c.email,
            coalesce(nullif(a.name, ''), a.domain, '') AS account,
            coalesce(nullif(o.name, ''), o.key, '') AS owner,
            round(c.score, 1) AS score,
            c.grade,
            CASE WHEN c.awaits_confirmation = 1 THEN 'to confirm' ELSE c.stage END AS stage,
            printf('%+g', round(l.granted, 2)) AS points,
            l.rule AS why,
            l.topic,
            coalesce(p.url, m.name, q.title, '') AS what,
            strftime('%Y-%m-%dT%H:%M:%SZ', l.date / 1000000, 'unixepoch') AS date,
            printf('%016x', c.id) AS contact
        -- CROSS JOIN: the few hot contacts first, then their entries, not the whole ledger.
        FROM contacts c
        CROSS JOIN ledger l ON l.contact = c.id
        LEFT JOIN accounts a ON a.id = c.account
        LEFT JOIN owners o ON o.key = c.owner
        LEFT JOIN pages p ON p.key = l.page
        LEFT JOIN messages m ON m.id = l.message
        LEFT JOIN quotes q ON q.id = l.quote
        WHERE (c.stage = 'hot' OR c.awaits_confirmation = 1)
            AND l.state = 'settled' AND l.origin <> 'reversal' AND l.reversed_by_offset IS NULL AND l.granted <> 0
        ORDER BY c.score DESC, c.id, l.date DESC, l.log_offset DESC, l.ordinal DESC;
        """
}
