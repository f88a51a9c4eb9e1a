// Loaded before the C library: each sync of a file waits as long as a slow memory card does. For benchmarks alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int after_a_pause(const char *name, int fd) {
    static const struct timespec pause = {0, 15 * 1000 * 1000};
    nanosleep(&pause, NULL);
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}

int fsync(int fd) { return after_a_pause("fsync", fd); }
int fdatasync(int fd) { return after_a_pause("fdatasync", fd); }
