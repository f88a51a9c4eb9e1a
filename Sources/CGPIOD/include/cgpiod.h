// GPIO lines behind one set of functions, whichever libgpiod the machine has: 1.6 (Debian 12) or 2.x. Which one is
// chosen when this is compiled. Levels and edges are logical: active-low is settled by the request, nowhere else.
// Functions that return int return 0 or an errno. None of these may be called from two threads with one handle.
#ifndef CGPIOD_H
#define CGPIOD_H

#include <stdbool.h>
#include <stdint.h>

#define CGPIOD_PATH_SIZE 64
#define CGPIOD_NAME_SIZE 64
#define CGPIOD_LINES_MAX 64

enum cgpiod_edges { CGPIOD_EDGES_FALLING = 1, CGPIOD_EDGES_BOTH = 2 };
enum cgpiod_bias { CGPIOD_BIAS_AS_IS = 0, CGPIOD_BIAS_NONE = 1, CGPIOD_BIAS_PULL_UP = 2, CGPIOD_BIAS_PULL_DOWN = 3 };
enum cgpiod_drive { CGPIOD_DRIVE_PUSH_PULL = 0, CGPIOD_DRIVE_OPEN_DRAIN = 1, CGPIOD_DRIVE_OPEN_SOURCE = 2 };

/// An edge as the kernel stamped it, on CLOCK_MONOTONIC.
typedef struct cgpiod_event {
    uint64_t nanoseconds;
    uint32_t offset;
    /// Counts the events of this line from 1, so that a gap is a loss. 0 where the library cannot tell (1.x).
    uint32_t sequence;
    bool rising;
} cgpiod_event;

/// Lines that were requested together.
typedef struct cgpiod_lines cgpiod_lines;

/// The version of the library in use, such as "1.6.3".
const char *cgpiod_version(void);

/// Whether the library numbers events, so that a loss can be seen.
bool cgpiod_has_sequences(void);

/// Finds a chip by label, by name ("gpiochip0") or by path. Labels survive a replugged chip, numbers don't.
/// ENOENT: no such chip; ENOTUNIQ: several; EACCES: some chip may not be opened, and no other fits.
int cgpiod_find_chip(const char *chip, char path[CGPIOD_PATH_SIZE]);

/// Finds a line by its name, on one chip, or on all when `chip` is null. Errors as above.
int cgpiod_find_line(const char *chip, const char *line, char path[CGPIOD_PATH_SIZE], unsigned *offset);

/// Requests inputs with edge events. `offsets` holds `count` lines of one chip (1 to CGPIOD_LINES_MAX).
int cgpiod_request_inputs(const char *path, const unsigned *offsets, unsigned count, enum cgpiod_edges edges,
                          enum cgpiod_bias bias, bool active_low, const char *consumer, cgpiod_lines **lines);

/// Requests one output with its level in one step: the line never shows another level in between.
int cgpiod_request_output(const char *path, unsigned offset, bool active, enum cgpiod_drive drive, bool active_low,
                          const char *consumer, cgpiod_lines **lines);

/// Descriptors to wait on: one for the whole handle with 2.x, one a line with 1.x, none for an output.
unsigned cgpiod_descriptor_count(const cgpiod_lines *lines);
int cgpiod_descriptor(const cgpiod_lines *lines, unsigned index);

/// Takes what waits on one descriptor, without blocking. `count` 0 says that nothing was there.
int cgpiod_read(cgpiod_lines *lines, unsigned index, cgpiod_event *events, unsigned room, unsigned *count);

int cgpiod_get(cgpiod_lines *lines, unsigned offset, bool *active);
int cgpiod_set(cgpiod_lines *lines, unsigned offset, bool active);

/// Gives the lines back; outputs go to what their wiring makes of them.
void cgpiod_release(cgpiod_lines *lines);

#endif
