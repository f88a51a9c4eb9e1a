// Linux calls that the Glibc module does not show, and structures that Swift cannot read.
#ifndef CLINUX_H
#define CLINUX_H

// Not with _GNU_SOURCE: it gives fd_set another shape than the Glibc module has, and Swift then refuses both.
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

// Hidden behind _GNU_SOURCE by their headers.
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int pipe2(int descriptors[2], int flags);

/// Sets a terminal raw, 8N1, without echo, hang-up or modem control, at any speed (termios2, BOTHER).
/// Returns 0 or an errno.
int clinux_tty_raw(int fd, unsigned baud);

/// Makes this descriptor the only one: advisory lock (which binds root too) and TIOCEXCL.
/// Returns 0, EBUSY when another program has the terminal, or an errno.
int clinux_tty_lock(int fd);

/// Lets the kernel drive RTS around each transmission of a half-duplex line. Delays in milliseconds.
/// Returns 0 or an errno; ENOTTY where the driver cannot.
int clinux_tty_rs485(int fd, bool rts_on_send, unsigned delay_before, unsigned delay_after);

/// Gives memory that was only needed for a while back to the system, and keeps all threads to two pools of it: a
/// daemon for small boards.
void clinux_economize_memory(void);

/// What a clock of the machine (CLOCK_MONOTONIC, CLOCK_REALTIME, …) shows, in nanoseconds. A clock that cannot be read is
/// a fault of the caller and ends the process.
int64_t clinux_nanoseconds(int clock);

/// Whether the kernel says that the civil clock is kept in step: 1, 0, or a negative errno when it would not say.
int clinux_clock_is_synchronized(void);

/// Gives the calling thread the name that the kernel shows, of which it keeps 15 octets.
void clinux_name_thread(const char *name);

/// Opens a new pseudo-terminal: the master's descriptor comes back, the slave's path is written to `path`.
/// Returns -1 with errno set on failure.
int clinux_pty_open(char *path, size_t size);

/// Credentials of the peer of a unix socket. Returns 0 or an errno.
int clinux_peer_credentials(int fd, pid_t *pid, uid_t *uid, gid_t *gid);

/// Supplementary groups of the peer (SO_PEERGROUPS). `count` holds the room on entry, the number found on return.
/// Returns 0 or an errno (ERANGE when there was not enough room).
int clinux_peer_groups(int fd, gid_t *groups, unsigned *count);

/// GB18030 (with GBK and GB 2312 in it) as UTF-8, for at most `room` octets. The number of octets written comes back,
/// or -1 with errno: EILSEQ where the text is none (`at` is the offset), ENOSYS where the system has no such table.
long clinux_gb18030_to_utf8(const unsigned char *octets, size_t count, unsigned char *utf8, size_t room, size_t *at);

// The same from an encoding that iconv knows by this name.
long clinux_to_utf8(const char *name, const unsigned char *octets, size_t count, unsigned char *utf8, size_t room, size_t *at);

/// Sends these octets of a file on their way to the disk, and does not wait for them: a hint, which fails without a word.
void clinux_start_writing(int fd, int64_t offset, int64_t count);

/// Gives a file or folder a name that nothing has. 0, or -1 with errno: EEXIST where something has it.
int clinux_rename_new(const char *from, const char *to);

/// poll(2) with a limit in nanoseconds. `fds` is an array of struct pollfd, which the Glibc module owns.
int clinux_ppoll(void *fds, unsigned long count, int64_t limit);

#endif
