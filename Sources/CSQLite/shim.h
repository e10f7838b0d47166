#include <sqlite3.h>

/// Binds a copy of `text`, as the macro SQLITE_TRANSIENT asks for, which Swift cannot see.
static inline int spillway_bind_text(sqlite3_stmt *statement, int index, const char *text,
                                     int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

static inline int spillway_bind_blob(sqlite3_stmt *statement, int index, const void *bytes,
                                     int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}
