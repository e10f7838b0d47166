#include <sqlite3.h>

/* sqlite3_db_config takes variable arguments, which Swift cannot pass: from here on an unknown
   double-quoted name is an error, not a text. */
static inline int spillway_sqlite_quotes_off(sqlite3 *db) {
    int first = sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, (int *)0);
    int second = sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, (int *)0);
    return first != SQLITE_OK ? first : second;
}
