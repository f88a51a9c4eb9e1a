// Loaded before the C library: each sync of a file waits as long as a slow memory card does: 15 ms, or as many
// milliseconds as the file named by SLOW_SYNC_FILE says. For benchmarks and checks alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long milliseconds(void) {
    const char *path = getenv("SLOW_SYNC_FILE");
    if (!path) return 15;
    FILE *file = fopen(path, "re");
    long wait = 0;
    if (file) {
        if (fscanf(file, "%ld", &wait) != 1) wait = 0;
        fclose(file);
    }
    return wait;
}

static int after_a_pause(const char *name, int fd) {
    long wait = milliseconds();
    struct timespec pause = {wait / 1000, wait % 1000 * 1000 * 1000};
    nanosleep(&pause, NULL);
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}

int fsync(int fd) { return after_a_pause("fsync", fd); }
int fdatasync(int fd) { return after_a_pause("fdatasync", fd); }
