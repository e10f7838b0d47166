// PostgreSQL's client library, loaded when it is first needed.
//
// It brings twenty others with it (TLS, Kerberos, LDAP), and to bind them all takes longer than everything else that
// this program does at its start. The functions below have libpq's own names and types and hand each call on.
#ifndef SPILLWAY_CPOSTGRES_H
#define SPILLWAY_CPOSTGRES_H

#include <postgresql/libpq-fe.h>

/// Loads the library; NULL where it is there, otherwise why it is not. From then on the functions may be called.
const char *spillway_load_libpq(void);

#endif
