// Drives the data lines of N Wiegand readers at once, as the readers' transistors would: line 2k is DATA0 of reader k + 1,
// line 2k + 1 its DATA1. Each reader sends FRAMES cards of its own (H10301, facility = reader, number = 1000 + frame), all
// at the same moment. SIM is the folder of the chip in sysfs.
//
//   drive READERS FRAMES BIT-MICROSECONDS [hostile]
//
// Prints how many of the good frames were whole on the wire: on a loaded machine the driver itself may be held up in the
// midst of one, and a pause of 20 ms is the end of a frame.
//
// hostile: before each good frame each reader sends one that must be taken for nothing: cut short, with a bit too many,
// with both lines pulled at once, or with a flipped bit; the kind goes round.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 16, LENGTH = 26 };
static int files[2 * MOST];
static long long last[MOST], longest[MOST];

static void pull(int line, int up) {
    const char *word = up ? "pull-up" : "pull-down";
    if (pwrite(files[line], word, strlen(word), 0) < 0) {
        perror("pull");
        exit(3);
    }
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void pause_for(long microseconds) {
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

// Even parity over the first 12 bits of data before them, odd parity over the last 12 after them.
static unsigned frame(unsigned facility, unsigned number) {
    unsigned data = (facility & 255) << 16 | (number & 65535);
    unsigned even = __builtin_parity(data >> 12 & 0xfff), odd = !__builtin_parity(data & 0xfff);
    return even << 25 | data << 1 | odd;
}

// One bit of every reader that has one at this place; both lines for a reader of kind 2 in its middle.
static void bit_of_all(int readers, const unsigned *bits, const int *lengths, const int *kinds, int place, long period) {
    for (int pass = 0; pass < 2; pass++) {
        for (int reader = 0; reader < readers; reader++) {
            if (place >= lengths[reader]) continue;
            int one = place < LENGTH ? bits[reader] >> (LENGTH - 1 - place) & 1 : 0;
            pull(2 * reader + one, pass);
            if (!pass) {
                long long at = now();
                if (place > 0 && at - last[reader] > longest[reader]) longest[reader] = at - last[reader];
                last[reader] = at;
            }
            if (kinds[reader] == 2 && place == 13) pull(2 * reader + !one, pass);
        }
        pause_for(pass ? period - 50 : 50);
    }
}

static void send_all(int readers, const unsigned *bits, const int *lengths, const int *kinds, long period) {
    for (int place = 0; place < LENGTH + 1; place++) bit_of_all(readers, bits, lengths, kinds, place, period);
    pause_for(150000);
}

int main(int count, char **words) {
    if (count < 4) return 2;
    int readers = atoi(words[1]), frames = atoi(words[2]), isHostile = count > 4;
    long period = atol(words[3]);
    for (int line = 0; line < 2 * readers; line++) {
        char path[256];
        snprintf(path, sizeof path, "%s/sim_gpio%d/pull", getenv("SIM"), line);
        files[line] = open(path, O_WRONLY);
        if (files[line] < 0) {
            perror(path);
            return 3;
        }
        pull(line, 1);
    }
    pause_for(300000);
    int whole = 0;
    for (int index = 0; index < frames; index++) {
        unsigned bits[MOST];
        int lengths[MOST], kinds[MOST];
        for (int reader = 0; reader < readers; reader++) {
            bits[reader] = frame(reader + 1, 1000 + index);
            lengths[reader] = LENGTH;
            kinds[reader] = -1;
        }
        if (isHostile) {
            unsigned bad[MOST];
            for (int reader = 0; reader < readers; reader++) {
                kinds[reader] = (index + reader) % 4;
                bad[reader] = kinds[reader] == 3 ? bits[reader] ^ 1u << (index % LENGTH) : bits[reader];
                lengths[reader] = kinds[reader] == 0 ? LENGTH - 1 - index % 20 : kinds[reader] == 1 ? LENGTH + 1 : LENGTH;
            }
            send_all(readers, bad, lengths, kinds, period);
            for (int reader = 0; reader < readers; reader++) {
                lengths[reader] = LENGTH;
                kinds[reader] = -1;
            }
        }
        memset(longest, 0, sizeof longest);
        send_all(readers, bits, lengths, kinds, period);
        for (int reader = 0; reader < readers; reader++) whole += longest[reader] < 20000;
    }
    printf("%d\n", whole);
    return 0;
}
