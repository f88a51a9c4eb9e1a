// The floor of the latency check, in the rig's guest: a bare libgpiod program that answers a falling edge of one line by
// setting another, and a bare SQLite commit of a row of an entry's size. Prints the medians in microseconds.
//
//   floor DATABASE COUNT     D0 is line 0, the answer is line 9 of the chip named gate
#include <gpiod.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int compare(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return a < b ? -1 : a > b;
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void pull(const char *direction) {
    char path[256];
    snprintf(path, sizeof path, "%s/sim_gpio0/pull", getenv("SIM"));
    FILE *file = fopen(path, "w");
    if (!file || fputs(direction, file) < 0 || fclose(file)) exit(3);
}

int main(int count_of_words, char **words) {
    if (count_of_words != 3) return 2;
    int count = atoi(words[2]);
    long long *echo = calloc(count, sizeof *echo), *commit = calloc(count, sizeof *commit);
    struct gpiod_chip *chip = gpiod_chip_open_by_label("gate");
    struct gpiod_line *input = gpiod_chip_get_line(chip, 0), *output = gpiod_chip_get_line(chip, 9);
    if (gpiod_line_request_falling_edge_events(input, "floor") || gpiod_line_request_output(output, "floor", 0)) return 3;
    sqlite3 *database;
    sqlite3_stmt *insert;
    if (sqlite3_open(words[1], &database)) return 3;
    sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS floor (seq INTEGER "
        "PRIMARY KEY, at INTEGER, point TEXT, person INTEGER, leaf BLOB, hash BLOB); CREATE INDEX a ON floor (at); "
        "CREATE INDEX b ON floor (person, seq); CREATE INDEX c ON floor (point, seq)", NULL, NULL, NULL);
    if (sqlite3_prepare_v2(database, "INSERT INTO floor (at, point, person, leaf, hash) VALUES (1, 'wicket-in', 7, "
        "zeroblob(280), zeroblob(32))", -1, &insert, NULL)) return 3;
    for (int index = 0; index < count; index++) {
        pull("pull-up");
        pull("pull-down");
        struct gpiod_line_event event;
        if (gpiod_line_event_wait(input, &(struct timespec){1, 0}) != 1 || gpiod_line_event_read(input, &event)) return 3;
        gpiod_line_set_value(output, index & 1);
        echo[index] = now() - (event.ts.tv_sec * 1000000000LL + event.ts.tv_nsec);
        long long began = now();
        sqlite3_step(insert);
        sqlite3_reset(insert);
        commit[index] = now() - began;
    }
    qsort(echo, count, sizeof *echo, compare);
    qsort(commit, count, sizeof *commit, compare);
    printf("%lld %lld %lld %lld\n", echo[count / 2] / 1000, echo[count * 99 / 100] / 1000, commit[count / 2] / 1000, commit[count * 99 / 100] / 1000);
    return 0;
}
