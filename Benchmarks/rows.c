/* The floor of a question to the log: the same rows by the same index, with the same seals opened by OpenSSL, written as CSV.
 * Each round has a connection of its own, as a question at the daemon has.
 * rows DATABASE MASTER-KEY-HEX reads lines "ROUNDS LIMIT CONDITION" and prints for each: rows, nanoseconds of wall time a round. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static sqlite3 *database;
static sqlite3_stmt *personal, *snapshot, *person, *dwelling;
static EVP_CIPHER *cipher;
static uint8_t personal_key[32], registry_key[32];
static FILE *sink;
static uint8_t known[1 << 17];

static void fail(const char *what) {
    fprintf(stderr, "rows: %s: %s\n", what, sqlite3_errmsg(database));
    exit(1);
}

static int64_t wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static sqlite3_stmt *prepared(const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)) fail(sql);
    return statement;
}

/* Nonce, cipher text, tag. The plain text comes into `plain`; its size, or -1 where the seal is broken. */
static int opened(const uint8_t *key, const uint8_t *sealed, int size, const uint8_t *more, int count, uint8_t *plain) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int length = 0, rest = 0, text = size - 28;
    int good = text >= 0 && EVP_DecryptInit_ex2(context, cipher, key, sealed, NULL) == 1
        && EVP_DecryptUpdate(context, NULL, &length, more, count) == 1
        && EVP_DecryptUpdate(context, plain, &length, sealed + 12, text) == 1
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(sealed + 12 + text)) == 1
        && EVP_DecryptFinal_ex(context, plain + length, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    return good ? text : -1;
}

/* The head of a canonical value. */
static uint8_t *head(uint8_t *at, int major, uint64_t value) {
    int type = major << 5;
    if (value < 24) return *at++ = type | value, at;
    int octets = value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
    *at++ = type | (octets == 1 ? 24 : octets == 2 ? 25 : octets == 4 ? 26 : 27);
    for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8) *at++ = value >> shift;
    return at;
}

static void text(const char *octets, int size) {
    fputc(',', sink);
    if (octets) fwrite(octets, 1, size, sink);
}

/* A row of the registry, opened. */
static void row(sqlite3_stmt *statement, int kind, int64_t id) {
    uint8_t more[4096], plain[4096], *end;
    sqlite3_bind_int64(statement, 1, id);
    if (sqlite3_step(statement) == SQLITE_ROW) {
        int size = sqlite3_column_bytes(statement, 1), sealed = sqlite3_column_bytes(statement, 2);
        if (size > 3000 || sealed > 4000) fail("a row is too large");
        end = head(more, 4, 5);
        end = head(end, 0, kind);
        end = head(end, 0, id);
        end = head(end, 0, sqlite3_column_int64(statement, 0));
        end = head(end, 1, 0);
        end = head(end, 2, size);
        memcpy(end, sqlite3_column_blob(statement, 1), size);
        int count = opened(registry_key, sqlite3_column_blob(statement, 2), sealed, more, end + size - more, plain);
        if (count < 0) fail("a seal of the register");
        text((char *)plain, count);
    }
    sqlite3_reset(statement);
}

/* What is sealed beside an entry, and its picture. */
static void beside(int64_t seq) {
    uint8_t more[256], plain[4096];
    sqlite3_bind_int64(personal, 1, seq);
    while (sqlite3_step(personal) == SQLITE_ROW) {
        int name = sqlite3_column_bytes(personal, 0), salt = sqlite3_column_bytes(personal, 1);
        for (int index = 0; index < 8; index++) more[index] = seq >> (56 - 8 * index);
        memcpy(more + 8, sqlite3_column_text(personal, 0), name);
        more[8 + name] = 0;
        memcpy(more + 9 + name, sqlite3_column_blob(personal, 1), salt);
        int count = opened(
            personal_key, sqlite3_column_blob(personal, 2), sqlite3_column_bytes(personal, 2), more, 9 + name + salt, plain);
        if (count < 0) fail("a seal beside an entry");
        text((char *)plain, count);
    }
    sqlite3_reset(personal);
    sqlite3_bind_int64(snapshot, 1, seq);
    if (sqlite3_step(snapshot) == SQLITE_ROW) text((char *)sqlite3_column_text(snapshot, 1), sqlite3_column_bytes(snapshot, 1));
    sqlite3_reset(snapshot);
}

static long asked(const char *condition, long limit) {
    char sql[4096];
    const char *columns = "seq, at, kind, portal, point, person, credential, about, outcome, reason, leaf";
    if (limit)
        snprintf(sql, sizeof sql, "SELECT * FROM (SELECT %s FROM journal WHERE %s ORDER BY seq DESC LIMIT %ld) ORDER BY seq",
            columns, condition, limit);
    else
        snprintf(sql, sizeof sql, "SELECT %s FROM journal WHERE %s ORDER BY seq", columns, condition);
    sqlite3_stmt *statement = prepared(sql);
    long found = 0;
    memset(known, 0, sizeof known);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        int64_t seq = sqlite3_column_int64(statement, 0), who = sqlite3_column_int64(statement, 5);
        fprintf(sink, "%lld", (long long)seq);
        for (int column = 1; column < 10; column++)
            text((char *)sqlite3_column_text(statement, column), sqlite3_column_bytes(statement, column));
        (void)sqlite3_column_blob(statement, 10);
        if (who) {
            row(person, 3, who);
            if (who < (int64_t)sizeof known && !known[who]) known[who] = 1, row(dwelling, 2, (who - 1) / 3 + 1);
        }
        beside(seq);
        fputc('\n', sink);
        found++;
    }
    sqlite3_finalize(statement);
    return found;
}

static void begin(const char *path) {
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL)) fail("open");
    personal = prepared("SELECT name, salt, value FROM personal WHERE seq = ?");
    snapshot = prepared("SELECT state, path, reason FROM snapshot WHERE event = ?");
    person = prepared("SELECT from_revision, plain, sealed FROM registry WHERE kind = 3 AND id = ? AND to_revision IS NULL");
    dwelling = prepared("SELECT from_revision, plain, sealed FROM registry WHERE kind = 2 AND id = ? AND to_revision IS NULL");
}

static void end(void) {
    sqlite3_stmt *statement;
    while ((statement = sqlite3_next_stmt(database, NULL))) sqlite3_finalize(statement);
    if (sqlite3_close(database)) fail("close");
}

static long round_of(const char *path, const char *condition, long limit) {
    begin(path);
    long found = asked(condition, limit);
    end();
    return found;
}

int main(int count, char **words) {
    if (count != 3 || strlen(words[2]) != 64) return fputs("rows DATABASE MASTER-KEY-HEX\n", stderr), 2;
    uint8_t master[32];
    for (int index = 0; index < 32; index++) {
        unsigned octet;
        if (sscanf(words[2] + 2 * index, "%2x", &octet) != 1) return 2;
        master[index] = octet;
    }
    unsigned size = 32;
    HMAC(EVP_sha256(), master, 32, (uint8_t *)"gatehouse personal 1", 20, personal_key, &size);
    HMAC(EVP_sha256(), master, 32, (uint8_t *)"gatehouse registry 1", 20, registry_key, &size);
    cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    sink = fopen("/dev/null", "w");
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        long rounds, limit, found = 0;
        int start = 0;
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "%ld %ld %n", &rounds, &limit, &start) != 2) return 2;
        /* The first one brings pages into memory. */
        if (rounds > 1) round_of(words[1], line + start, limit);
        int64_t began = wall();
        for (long round = 0; round < rounds; round++) found = round_of(words[1], line + start, limit);
        printf("%ld %lld\n", found, (long long)(wall() - began) / rounds);
        fflush(stdout);
    }
    return 0;
}
