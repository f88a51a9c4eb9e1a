/* The floor of a decision: one prepared SQLite join of the facts that it needs, in the database that the bench made, with the
 * read transaction kept open and all pages in memory. join DATABASE ROUNDS prints nanoseconds of processor time a join. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static sqlite3 *database;

static int fail(const char *what) {
    fprintf(stderr, "join: %s: %s\n", what, sqlite3_errmsg(database));
    return 1;
}

static int64_t cpu(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int count, char **words) {
    if (count != 3) return fputs("join DATABASE ROUNDS\n", stderr), 2;
    long rounds = atol(words[2]);
    if (sqlite3_open_v2(words[1], &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL)) return fail("open");
    sqlite3_exec(database, "PRAGMA cache_size = -262144; PRAGMA mmap_size = 268435456; BEGIN", NULL, NULL, NULL);

    sqlite3_stmt *all, *join;
    if (sqlite3_prepare_v2(database, "SELECT high, low FROM credential", -1, &all, NULL)) return fail("keys");
    size_t keys = 0, room = 1 << 20;
    int64_t (*key)[2] = malloc(room * sizeof *key);
    while (sqlite3_step(all) == SQLITE_ROW && keys < room) {
        key[keys][0] = sqlite3_column_int64(all, 0);
        key[keys++][1] = sqlite3_column_int64(all, 1);
    }
    sqlite3_finalize(all);
    if (!keys) return fail("no keys");
    if (sqlite3_prepare_v3(
            database,
            "SELECT credential.status, valid_from, valid_until, person.status, role, groups, dwelling.use FROM credential "
            "JOIN person ON person.id = credential.person JOIN dwelling ON dwelling.id = person.dwelling "
            "WHERE high = ? AND low = ?",
            -1, SQLITE_PREPARE_PERSISTENT, &join, NULL))
        return fail("join");

    uint64_t dice = 0x9E3779B97F4A7C15u;
    int64_t sum = 0, began = 0;
    long found = 0;
    /* The first round in ten brings the pages into memory and is not counted. */
    for (long round = -rounds / 10; round < rounds; round++) {
        if (round == 0) began = cpu(), found = 0;
        dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
        int64_t *one = key[dice % keys];
        sqlite3_bind_int64(join, 1, one[0]);
        sqlite3_bind_int64(join, 2, one[1]);
        if (sqlite3_step(join) == SQLITE_ROW) {
            found++;
            for (int column = 0; column < 6; column++) sum += sqlite3_column_int64(join, column);
            sum += sqlite3_column_text(join, 6)[0];
        }
        sqlite3_reset(join);
    }
    int64_t took = cpu() - began;
    if (found != rounds) return fail("a key was not found");
    /* Said, so that nothing of it is left out by the compiler. */
    fprintf(stderr, "%lld\n", (long long)sum);
    fflush(stderr);
    printf("%.1f\n", (double)took / rounds);
    return 0;
}
