/* The peer of `import`: the rows of a finished store, held in memory, put into an empty one by prepared statements in one
   loop, and the same indexes built afterwards. Nothing is read, parsed, checked, hashed or accounted for.
   insert_rows STORE NEW   prints rows, seconds of CPU, wall seconds
   cc -O2 insert_rows.c -lsqlite3 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct { int type, bytes; union { sqlite3_int64 number; char *text; } v; } Cell;
typedef struct { char name[200]; int columns; size_t rows, room; Cell *cells; } Table;

static void check(sqlite3 *db, int rc) {
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW) return;
    fprintf(stderr, "insert_rows: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static double cpu(void) {
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)r.ru_utime.tv_sec + (double)r.ru_stime.tv_sec + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static double wall(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void load(sqlite3 *db, Table *t) {
    char sql[300];
    sqlite3_stmt *s;
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", t->name);
    check(db, sqlite3_prepare_v2(db, sql, -1, &s, NULL));
    t->columns = sqlite3_column_count(s);
    while (sqlite3_step(s) == SQLITE_ROW) {
        if (t->rows == t->room) {
            t->room = t->room == 0 ? 1024 : t->room * 2;
            t->cells = realloc(t->cells, t->room * (size_t)t->columns * sizeof(Cell));
            if (t->cells == NULL) abort();
        }
        Cell *c = t->cells + t->rows++ * (size_t)t->columns;
        for (int i = 0; i < t->columns; ++i, ++c) {
            c->type = sqlite3_column_type(s, i);
            if (c->type == SQLITE_INTEGER) c->v.number = sqlite3_column_int64(s, i);
            if (c->type != SQLITE_TEXT) continue;
            c->bytes = sqlite3_column_bytes(s, i);
            c->v.text = malloc((size_t)c->bytes + 1);
            memcpy(c->v.text, sqlite3_column_text(s, i), (size_t)c->bytes);
        }
    }
    sqlite3_finalize(s);
}

static void insert(sqlite3 *db, const Table *t) {
    char *sql = malloc(300 + (size_t)t->columns * 2);
    sqlite3_stmt *s;
    int n = sprintf(sql, "INSERT INTO \"%s\" VALUES(?", t->name);
    for (int i = 1; i < t->columns; ++i) n += sprintf(sql + n, ",?");
    sprintf(sql + n, ")");
    check(db, sqlite3_prepare_v2(db, sql, -1, &s, NULL));
    const Cell *c = t->cells;
    for (size_t r = 0; r < t->rows; ++r) {
        for (int i = 0; i < t->columns; ++i, ++c) {
            if (c->type == SQLITE_INTEGER) sqlite3_bind_int64(s, i + 1, c->v.number);
            else if (c->type == SQLITE_TEXT) sqlite3_bind_text(s, i + 1, c->v.text, c->bytes, SQLITE_STATIC);
            else sqlite3_bind_null(s, i + 1);
        }
        check(db, sqlite3_step(s));
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    free(sql);
}

int main(int argc, char **argv) {
    static Table tables[200];
    static char *ddl[200], *after[400];
    int n = 0, behind = 0;
    size_t rows = 0;
    sqlite3 *from, *to;
    sqlite3_stmt *s;
    if (argc != 3) return 2;
    check(NULL, sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL));
    check(from, sqlite3_prepare_v2(from, "SELECT type,name,sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid", -1, &s, NULL));
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *sql = (const char *)sqlite3_column_text(s, 2);
        if (strcmp((const char *)sqlite3_column_text(s, 0), "table") != 0) {
            after[behind++] = strdup(sql);
            continue;
        }
        snprintf(tables[n].name, sizeof tables[n].name, "%s", (const char *)sqlite3_column_text(s, 1));
        ddl[n++] = strdup(sql);
    }
    sqlite3_finalize(s);
    for (int i = 0; i < n; ++i) load(from, &tables[i]), rows += tables[i].rows;
    sqlite3_close(from);

    remove(argv[2]);
    const double cpu_start = cpu(), start = wall();
    check(NULL, sqlite3_open(argv[2], &to));
    check(to, sqlite3_exec(to, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; BEGIN", NULL, NULL, NULL));
    for (int i = 0; i < n; ++i) check(to, sqlite3_exec(to, ddl[i], NULL, NULL, NULL));
    for (int i = 0; i < n; ++i) insert(to, &tables[i]);
    for (int i = 0; i < behind; ++i) check(to, sqlite3_exec(to, after[i], NULL, NULL, NULL));
    check(to, sqlite3_exec(to, "COMMIT", NULL, NULL, NULL));
    sqlite3_close(to);
    printf("%zu %.3f %.3f\n", rows, cpu() - cpu_start, wall() - start);
    return 0;
}
