#include <sqlite3.h>

/// Has SQLite not count the memory it uses: it takes a lock of the whole process for every allocation to do so. Before
/// the first database is opened; afterwards it changes nothing and returns `SQLITE_MISUSE`.
///
/// In C because `sqlite3_config` takes a variable number of arguments (https://www.sqlite.org/c3ref/config.html).
static inline int vendange_sqlite_without_memory_counts(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
