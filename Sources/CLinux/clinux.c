#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <iconv.h>
#include "clinux.h"

#include <poll.h>
#include <pthread.h>

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/serial.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/timex.h>

int clinux_tty_raw(int fd, unsigned baud) {
    struct termios2 t;
    if (ioctl(fd, TCGETS2, &t) != 0) return errno;
    t.c_iflag = IGNBRK | IGNPAR;
    t.c_oflag = 0;
    t.c_lflag = 0;
    t.c_cflag = CS8 | CREAD | CLOCAL | BOTHER;
    t.c_ispeed = baud;
    t.c_ospeed = baud;
    memset(t.c_cc, 0, sizeof t.c_cc);
    t.c_cc[VMIN] = 1;
    return ioctl(fd, TCSETS2, &t) != 0 ? errno : 0;
}

int clinux_tty_lock(int fd) {
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) return errno == EWOULDBLOCK ? EBUSY : errno;
    return ioctl(fd, TIOCEXCL) != 0 ? errno : 0;
}

int clinux_tty_rs485(int fd, bool rts_on_send, unsigned delay_before, unsigned delay_after) {
    struct serial_rs485 s;
    memset(&s, 0, sizeof s);
    s.flags = SER_RS485_ENABLED | (rts_on_send ? SER_RS485_RTS_ON_SEND : SER_RS485_RTS_AFTER_SEND);
    s.delay_rts_before_send = delay_before;
    s.delay_rts_after_send = delay_after;
    return ioctl(fd, TIOCSRS485, &s) != 0 ? errno : 0;
}

void clinux_economize_memory(void) {
    mallopt(M_ARENA_MAX, 2);
    malloc_trim(0);
}

int64_t clinux_nanoseconds(int clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) abort();
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void clinux_start_writing(int fd, int64_t offset, int64_t count) {
    (void)sync_file_range(fd, offset, count, SYNC_FILE_RANGE_WRITE);
}

int clinux_clock_is_synchronized(void) {
    struct timex t;
    memset(&t, 0, sizeof t); // modes 0: nothing is set
    int state = adjtimex(&t);
    if (state < 0) return -errno;
    return state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

int clinux_pty_open(char *path, size_t size) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return -1;
    if (grantpt(fd) != 0 || unlockpt(fd) != 0 || ptsname_r(fd, path, size) != 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

int clinux_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid) {
    struct ucred c;
    socklen_t length = sizeof c;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &length) != 0) return errno;
    *pid = c.pid;
    *uid = c.uid;
    *gid = c.gid;
    return 0;
}

int clinux_peer_groups(int fd, gid_t *groups, unsigned *count) {
    socklen_t length = *count * sizeof(gid_t);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) != 0) return errno;
    *count = length / sizeof(gid_t);
    return 0;
}

int clinux_ppoll(void *fds, unsigned long count, int64_t limit) {
    struct timespec time = {limit / 1000000000, limit % 1000000000};
    return ppoll(fds, count, &time, NULL);
}

long clinux_gb18030_to_utf8(const unsigned char *octets, size_t count, unsigned char *utf8, size_t room, size_t *at) {
    return clinux_to_utf8("GB18030", octets, count, utf8, room, at);
}

long clinux_to_utf8(const char *name, const unsigned char *octets, size_t count, unsigned char *utf8, size_t room, size_t *at) {
    iconv_t table = iconv_open("UTF-8", name);
    *at = 0;
    if (table == (iconv_t)-1) {
        errno = ENOSYS;
        return -1;
    }
    char *from = (char *)octets, *to = (char *)utf8;
    size_t left = count, free = room;
    size_t done = iconv(table, &from, &left, &to, &free);
    int saved = errno;
    iconv_close(table);
    *at = count - left;
    // EINVAL is a character that the end cuts off.
    if (done == (size_t)-1) {
        errno = saved == EINVAL ? EILSEQ : saved;
        return -1;
    }
    return (long)(room - free);
}

void clinux_name_thread(const char *name) {
    char shown[16] = {0};
    strncpy(shown, name, sizeof shown - 1);
    pthread_setname_np(pthread_self(), shown);
}

int clinux_rename_new(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}
