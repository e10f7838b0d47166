#include <sqlite3.h>

/* sqlite3_db_config takes variable arguments, which Swift cannot pass: from here on an unknown
   double-quoted name is an error, not a text. */
static inline int spillway_sqlite_quotes_off(sqlite3 *db) {
    int first = sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
    int second = sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    return first != SQLITE_OK ? first : second;
}

/// Binds a copy of `text`, as the macro SQLITE_TRANSIENT asks for, which Swift cannot see.
static inline int spillway_bind_text(sqlite3_stmt *statement, int index, const char *text,
                                     int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

static inline int spillway_bind_blob(sqlite3_stmt *statement, int index, const void *bytes,
                                     int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}
