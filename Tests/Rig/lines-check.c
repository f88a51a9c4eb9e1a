// Runs in the rig: CGPIOD against the kernel's own lines. Built once against libgpiod 1.x and once against 2.x by
// test-lines. $SIM is the folder of the simulated chip in sysfs. Names: 0 street.d0, 1 street.d1, 5 and 6 twin.
#include "cgpiod.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures;
#define CHECK(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            failures++;                                                                                                \
            printf("line %d: %s: ", __LINE__, #condition);                                                             \
            printf(__VA_ARGS__);                                                                                       \
            puts("");                                                                                                  \
        }                                                                                                              \
    } while (0)

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        perror(path);
        exit(3);
    }
}

static void pull(unsigned line, bool up) {
    char path[256];
    snprintf(path, sizeof path, "%s/sim_gpio%u/pull", getenv("SIM"), line);
    write_file(path, up ? "pull-up" : "pull-down");
}

static int value(unsigned line) {
    char path[256];
    snprintf(path, sizeof path, "%s/sim_gpio%u/value", getenv("SIM"), line);
    FILE *file = fopen(path, "r");
    int level = file != NULL ? fgetc(file) - '0' : -1;
    if (file != NULL) fclose(file);
    return level;
}

static unsigned take(cgpiod_lines *lines, cgpiod_event *events, unsigned room) {
    unsigned total = 0, count;
    for (unsigned i = 0; i < cgpiod_descriptor_count(lines); i++) {
        do {
            int error = cgpiod_read(lines, i, events + total, room - total, &count);
            CHECK(error == 0, "%s", strerror(error));
            total += count;
        } while (count > 0);
    }
    return total;
}

static void finding(char path[CGPIOD_PATH_SIZE]) {
    unsigned offset = 99;
    char other[CGPIOD_PATH_SIZE];
    CHECK(cgpiod_find_chip("gate", path) == 0, "by label");
    CHECK(cgpiod_find_chip(getenv("CHIP"), other) == 0 && strcmp(path, other) == 0, "by name");
    CHECK(cgpiod_find_chip(path, other) == 0 && strcmp(path, other) == 0, "by path");
    CHECK(cgpiod_find_chip("nowhere", other) == ENOENT, "a label that no chip has");
    CHECK(cgpiod_find_chip("/dev/null", other) == ENOENT, "a device that is no chip");
    CHECK(cgpiod_find_line(NULL, "street.d1", other, &offset) == 0 && offset == 1, "over all chips: %u", offset);
    CHECK(cgpiod_find_line("gate", "street.d0", other, &offset) == 0 && offset == 0, "on one chip: %u", offset);
    CHECK(cgpiod_find_line("gate", "missing", other, &offset) == ENOENT, "no such line");
    CHECK(cgpiod_find_line("gate", "", other, &offset) == ENOENT, "no name");
    CHECK(cgpiod_find_line(NULL, "twin", other, &offset) == ENOTUNIQ, "two lines of one name");
}

static void edges(const char *path) {
    const unsigned offsets[] = {0, 1};
    cgpiod_lines *lines, *again;
    cgpiod_event events[1024];
    pull(0, true);
    pull(1, true);
    int error = cgpiod_request_inputs(path, offsets, 2, CGPIOD_EDGES_BOTH, CGPIOD_BIAS_AS_IS, false, "gatehoused", &lines);
    CHECK(error == 0, "%s", strerror(error));
    CHECK(cgpiod_descriptor_count(lines) == (cgpiod_has_sequences() ? 1 : 2), "%u", cgpiod_descriptor_count(lines));
    CHECK(cgpiod_request_inputs(path, offsets, 1, CGPIOD_EDGES_BOTH, CGPIOD_BIAS_AS_IS, false, "x", &again) == EBUSY,
          "a line that is in use");
    CHECK(take(lines, events, 1024) == 0, "nothing happened yet");
    bool level = false;
    CHECK(cgpiod_get(lines, 1, &level) == 0 && level, "level of a high line");
    CHECK(cgpiod_get(lines, 7, &level) == EINVAL, "a line that was not requested");

    pull(0, false);
    usleep(50);
    pull(0, true);
    usleep(1000);
    pull(1, false);
    usleep(50);
    pull(1, true);
    usleep(1000);
    struct pollfd wait = {.fd = cgpiod_descriptor(lines, 0), .events = POLLIN};
    CHECK(poll(&wait, 1, 1000) == 1, "the descriptor can be waited on");
    unsigned count = take(lines, events, 1024);
    CHECK(count == 4, "%u events", count);
    for (unsigned i = 0; i < count && i < 4; i++) {
        CHECK(events[i].offset == i / 2 && events[i].rising == (i % 2 == 1), "event %u: line %u", i, events[i].offset);
        CHECK(events[i].sequence == (cgpiod_has_sequences() ? i % 2 + 1 : 0), "event %u: %u", i, events[i].sequence);
        CHECK(i == 0 || events[i].nanoseconds > events[i - 1].nanoseconds, "event %u is not later", i);
    }

    // more than the kernel keeps: 2.x holds 512 and shows the loss, 1.x holds 16 and does not
    for (unsigned i = 0; i < 300; i++) {
        pull(0, false);
        usleep(20);
        pull(0, true);
        usleep(20);
    }
    count = take(lines, events, 1024);
    CHECK(count == (cgpiod_has_sequences() ? 512 : 16), "%u events of 600", count);
    if (cgpiod_has_sequences()) {
        CHECK(events[0].sequence == 3 + 600 - 512, "the oldest kept is %u", events[0].sequence);
        CHECK(events[511].sequence == 2 + 600, "the newest is %u", events[511].sequence);
    }
    cgpiod_release(lines);
    CHECK(cgpiod_request_inputs(path, offsets, 1, CGPIOD_EDGES_BOTH, CGPIOD_BIAS_AS_IS, false, "x", &again) == 0,
          "a line that was released");
    cgpiod_release(again);
}

static void directions(const char *path) {
    const unsigned offset = 2;
    cgpiod_lines *lines;
    cgpiod_event events[64];
    bool level = false;
    pull(2, true);
    CHECK(cgpiod_request_inputs(path, &offset, 1, CGPIOD_EDGES_FALLING, CGPIOD_BIAS_AS_IS, false, "x", &lines) == 0, "-");
    for (int i = 0; i < 3; i++) {
        pull(2, false);
        usleep(100);
        pull(2, true);
        usleep(100);
    }
    unsigned count = take(lines, events, 64);
    CHECK(count == 3 && !events[0].rising && !events[2].rising, "%u falling edges", count);
    cgpiod_release(lines);

    pull(2, true);
    CHECK(cgpiod_request_inputs(path, &offset, 1, CGPIOD_EDGES_BOTH, CGPIOD_BIAS_AS_IS, true, "x", &lines) == 0, "-");
    CHECK(cgpiod_get(lines, 2, &level) == 0 && !level, "a high line that is active low is inactive");
    pull(2, false);
    usleep(100);
    CHECK(cgpiod_get(lines, 2, &level) == 0 && level, "a low line that is active low is active");
    count = take(lines, events, 64);
    CHECK(count == 1 && events[0].rising, "becoming active is rising: %u", count);
    cgpiod_release(lines);

    CHECK(cgpiod_request_inputs(path, &offset, 1, CGPIOD_EDGES_BOTH, CGPIOD_BIAS_PULL_UP, false, "x", &lines) == 0, "-");
    CHECK(value(2) == 1, "the bias reaches the chip");
    cgpiod_release(lines);
    CHECK(cgpiod_request_inputs(path, &offset, 1, CGPIOD_EDGES_BOTH, CGPIOD_BIAS_PULL_DOWN, false, "x", &lines) == 0, "-");
    CHECK(value(2) == 0, "the other bias reaches the chip");
    cgpiod_release(lines);
    CHECK(cgpiod_request_inputs(path, &offset, 0, CGPIOD_EDGES_BOTH, CGPIOD_BIAS_AS_IS, false, "x", &lines) == EINVAL, "none");
}

// Counts the times the kernel was told to set an output low, by its own trace.
static unsigned times_set_low(void) {
    unsigned count = 0;
    char line[512];
    FILE *trace = fopen("/sys/kernel/tracing/trace", "r");
    CHECK(trace != NULL, "%s", strerror(errno));
    while (trace != NULL && fgets(line, sizeof line, trace) != NULL) count += strstr(line, " set 0") != NULL;
    if (trace != NULL) fclose(trace);
    return count;
}

static void outputs(const char *path) {
    cgpiod_lines *lines;
    pull(8, false);
    pull(9, true);
    write_file("/sys/kernel/tracing/trace", ""); // opening it to write clears it
    write_file("/sys/kernel/tracing/events/gpio/enable", "1");
    CHECK(cgpiod_request_output(path, 8, true, CGPIOD_DRIVE_PUSH_PULL, false, "gatehoused", &lines) == 0, "-");
    CHECK(value(8) == 1, "active from the request on");
    CHECK(times_set_low() == 0, "the line was low in between");
    CHECK(cgpiod_descriptor_count(lines) == 0, "an output has no events");
    bool level = false;
    CHECK(cgpiod_get(lines, 8, &level) == 0 && level, "-");
    CHECK(cgpiod_set(lines, 8, false) == 0 && value(8) == 0, "off");
    CHECK(times_set_low() == 1, "the trace sees what it should");
    CHECK(cgpiod_set(lines, 8, true) == 0 && value(8) == 1, "on");
    CHECK(cgpiod_set(lines, 9, true) == EINVAL, "not requested");
    cgpiod_release(lines);
    CHECK(value(8) == 0, "released, the line is at its pull");

    CHECK(cgpiod_request_output(path, 9, true, CGPIOD_DRIVE_PUSH_PULL, true, "gatehoused", &lines) == 0, "-");
    CHECK(value(9) == 0, "active and active low is low");
    CHECK(cgpiod_set(lines, 9, false) == 0 && value(9) == 1, "inactive and active low is high");
    cgpiod_release(lines);
    // the simulated chip cannot drive an open drain itself; the kernel then lets go of the line for "high"
    CHECK(cgpiod_request_output(path, 9, false, CGPIOD_DRIVE_OPEN_DRAIN, false, "gatehoused", &lines) == 0, "-");
    CHECK(value(9) == 0, "open drain pulls low");
    cgpiod_release(lines);
}

int main(void) {
    char path[CGPIOD_PATH_SIZE] = "";
    finding(path);
    edges(path);
    directions(path);
    outputs(path);
    printf("libgpiod %s: %d failures\n", cgpiod_version(), failures);
    return failures == 0 ? 0 : 1;
}
