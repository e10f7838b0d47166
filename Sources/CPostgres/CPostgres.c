#include "CPostgres.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

// Result, name, parameters, arguments.
#define FUNCTIONS(X, V)                                                                                      \
    X(PGconn *, PQconnectStartParams, (const char *const *k, const char *const *v, int e), (k, v, e))        \
    X(PostgresPollingStatusType, PQconnectPoll, (PGconn * c), (c))                                           \
    V(PQfinish, (PGconn * c), (c))                                                                           \
    X(ConnStatusType, PQstatus, (const PGconn *c), (c))                                                      \
    X(PGTransactionStatusType, PQtransactionStatus, (const PGconn *c), (c))                                  \
    X(const char *, PQparameterStatus, (const PGconn *c, const char *n), (c, n))                             \
    X(int, PQserverVersion, (const PGconn *c), (c))                                                          \
    X(char *, PQerrorMessage, (const PGconn *c), (c))                                                        \
    X(int, PQsocket, (const PGconn *c), (c))                                                                 \
    X(int, PQconnectionNeedsPassword, (const PGconn *c), (c))                                                \
    X(int, PQconnectionUsedPassword, (const PGconn *c), (c))                                                 \
    X(PQnoticeProcessor, PQsetNoticeProcessor, (PGconn * c, PQnoticeProcessor p, void *a), (c, p, a))        \
    X(PGcancel *, PQgetCancel, (PGconn * c), (c))                                                            \
    V(PQfreeCancel, (PGcancel * c), (c))                                                                     \
    X(int, PQcancel, (PGcancel * c, char *b, int s), (c, b, s))                                              \
    X(PGresult *, PQexec, (PGconn * c, const char *q), (c, q))                                               \
    X(int, PQsendQueryParams,                                                                                \
      (PGconn * c, const char *q, int n, const Oid *t, const char *const *v, const int *l, const int *f,     \
       int r),                                                                                               \
      (c, q, n, t, v, l, f, r))                                                                              \
    X(int, PQsetSingleRowMode, (PGconn * c), (c))                                                            \
    X(PGresult *, PQgetResult, (PGconn * c), (c))                                                            \
    X(int, PQisBusy, (PGconn * c), (c))                                                                      \
    X(int, PQconsumeInput, (PGconn * c), (c))                                                                \
    X(int, PQputCopyEnd, (PGconn * c, const char *e), (c, e))                                                \
    X(int, PQgetCopyData, (PGconn * c, char **b, int a), (c, b, a))                                          \
    X(ExecStatusType, PQresultStatus, (const PGresult *r), (r))                                              \
    X(char *, PQresultErrorMessage, (const PGresult *r), (r))                                                \
    X(char *, PQresultErrorField, (const PGresult *r, int f), (r, f))                                        \
    X(int, PQntuples, (const PGresult *r), (r))                                                              \
    X(int, PQnfields, (const PGresult *r), (r))                                                              \
    X(char *, PQfname, (const PGresult *r, int f), (r, f))                                                   \
    X(Oid, PQftype, (const PGresult *r, int f), (r, f))                                                      \
    X(char *, PQcmdStatus, (PGresult * r), (r))                                                              \
    X(char *, PQcmdTuples, (PGresult * r), (r))                                                              \
    X(char *, PQgetvalue, (const PGresult *r, int t, int f), (r, t, f))                                      \
    X(int, PQgetlength, (const PGresult *r, int t, int f), (r, t, f))                                        \
    X(int, PQgetisnull, (const PGresult *r, int t, int f), (r, t, f))                                        \
    V(PQclear, (PGresult * r), (r))                                                                          \
    V(PQfreemem, (void *p), (p))

#define POINTER(result, name, parameters, arguments) result(*name) parameters;
#define VOID_POINTER(name, parameters, arguments) void(*name) parameters;
static struct { FUNCTIONS(POINTER, VOID_POINTER) } loaded;

// Not seen outside of the program: libpq's calls of itself stay its own.
#define INSIDE __attribute__((visibility("hidden")))
#define CALL(result, name, parameters, arguments) \
    INSIDE result name parameters { return loaded.name arguments; }
#define VOID_CALL(name, parameters, arguments) \
    INSIDE void name parameters { loaded.name arguments; }
FUNCTIONS(CALL, VOID_CALL)

static const char *problem;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    // Its own symbols first: ours have the same names.
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (!library) {
        problem = dlerror();
        if (!problem) problem = "libpq.so.5 cannot be loaded";
        return;
    }
#define FIND(result, name, parameters, arguments) VOID_FIND(name, parameters, arguments)
#define VOID_FIND(name, parameters, arguments)                  \
    if (!(*(void **)&loaded.name = dlsym(library, #name))) {    \
        problem = "libpq.so.5 is too old: it has no " #name;    \
        return;                                                 \
    }
    FUNCTIONS(FIND, VOID_FIND)
}

const char *spillway_load_libpq(void)
{
    pthread_once(&once, load);
    return problem;
}
