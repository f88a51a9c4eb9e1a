// Linux calls that the Glibc module does not show, and structures that Swift cannot read.
#ifndef CLINUX_H
#define CLINUX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

/// Sets a terminal raw, 8N1, without echo, hang-up or modem control, at any speed (termios2, BOTHER).
/// Returns 0 or an errno.
int clinux_tty_raw(int fd, unsigned baud);

/// Opens a new pseudo-terminal: the master's descriptor comes back, the slave's path is written to `path`.
/// Returns -1 with errno set on failure.
int clinux_pty_open(char *path, size_t size);

/// Credentials of the peer of a unix socket. Returns 0 or an errno.
int clinux_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid);

/// Supplementary groups of the peer (SO_PEERGROUPS). `count` holds the room on entry, the number found on return.
/// Returns 0 or an errno (ERANGE when there was not enough room).
int clinux_peer_groups(int fd, gid_t *groups, unsigned *count);

#endif
