#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cgpiod.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The bulk interface went away with 2.0, so this tells the headers apart without asking pkg-config.
#ifdef GPIOD_LINE_BULK_MAX_LINES
#define LIBGPIOD_1
#endif

enum {
    // Room for a reader that the loop does not get to for half a second. The kernel's own choice is 16 a line.
    EVENT_BUFFER = 512,
    // How many events one call takes from the kernel at most.
    EVENTS_AT_ONCE = 64,
};

struct cgpiod_lines {
    unsigned count;
    bool has_edges;
    unsigned offsets[CGPIOD_LINES_MAX];
#ifdef LIBGPIOD_1
    struct gpiod_chip *chip;
    struct gpiod_line *lines[CGPIOD_LINES_MAX];
    int descriptors[CGPIOD_LINES_MAX];
#else
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *buffer;
#endif
};

// A library call that fails without saying why still has to end as an error.
static int reason(void) { return errno != 0 ? errno : EIO; }

static int set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return reason();
    return 0;
}

static void copy_name(char *to, size_t size, const char *from) { snprintf(to, size, "%s", from != NULL ? from : ""); }

// ---- What differs between the libraries: looking ------------------------------------------------------------------

#ifdef LIBGPIOD_1

const char *cgpiod_version(void) { return gpiod_version_string(); }

bool cgpiod_has_sequences(void) { return false; }

static void chip_names(struct gpiod_chip *chip, char *name, char *label, size_t size) {
    copy_name(name, size, gpiod_chip_name(chip));
    copy_name(label, size, gpiod_chip_label(chip));
}

static unsigned chip_lines(struct gpiod_chip *chip) { return gpiod_chip_num_lines(chip); }

static void line_name(struct gpiod_chip *chip, unsigned offset, char *name, size_t size) {
    struct gpiod_line *line = gpiod_chip_get_line(chip, offset);
    copy_name(name, size, line != NULL ? gpiod_line_name(line) : NULL);
}

#else

const char *cgpiod_version(void) { return gpiod_api_version(); }

bool cgpiod_has_sequences(void) { return true; }

static void chip_names(struct gpiod_chip *chip, char *name, char *label, size_t size) {
    struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
    copy_name(name, size, info != NULL ? gpiod_chip_info_get_name(info) : NULL);
    copy_name(label, size, info != NULL ? gpiod_chip_info_get_label(info) : NULL);
    gpiod_chip_info_free(info);
}

static unsigned chip_lines(struct gpiod_chip *chip) {
    struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
    unsigned count = info != NULL ? (unsigned)gpiod_chip_info_get_num_lines(info) : 0;
    gpiod_chip_info_free(info);
    return count;
}

static void line_name(struct gpiod_chip *chip, unsigned offset, char *name, size_t size) {
    struct gpiod_line_info *info = gpiod_chip_get_line_info(chip, offset);
    copy_name(name, size, info != NULL ? gpiod_line_info_get_name(info) : NULL);
    gpiod_line_info_free(info);
}

#endif

// ---- Looking, for both --------------------------------------------------------------------------------------------

static int is_chip_name(const struct dirent *entry) {
    static const char prefix[] = "gpiochip";
    const char *rest = entry->d_name + sizeof prefix - 1;
    return strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 && *rest != 0 && strspn(rest, "0123456789") == strlen(rest);
}

struct search {
    const char *chip; // label, name or path; null for any
    const char *line; // null when the chip itself is wanted
    char *path;
    unsigned *offset;
    unsigned found;
    bool forbidden;
};

static void search_chip(struct search *search, const char *path) {
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (chip == NULL) {
        if (errno == EACCES || errno == EPERM) search->forbidden = true;
        return;
    }
    char name[CGPIOD_NAME_SIZE], label[CGPIOD_NAME_SIZE];
    chip_names(chip, name, label, sizeof name);
    bool fits = search->chip == NULL || search->chip[0] == '/' || strcmp(search->chip, label) == 0 ||
                strcmp(search->chip, name) == 0;
    if (fits && search->line == NULL) {
        search->found++;
        copy_name(search->path, CGPIOD_PATH_SIZE, path);
    } else if (fits) {
        unsigned count = chip_lines(chip);
        for (unsigned offset = 0; offset < count; offset++) {
            line_name(chip, offset, name, sizeof name);
            if (strcmp(search->line, name) != 0) continue;
            if (search->found++ == 0) {
                copy_name(search->path, CGPIOD_PATH_SIZE, path);
                *search->offset = offset;
            }
        }
    }
    gpiod_chip_close(chip);
}

static int run_search(struct search *search) {
    if (search->chip != NULL && search->chip[0] == '/') {
        if (strlen(search->chip) >= CGPIOD_PATH_SIZE) return ENAMETOOLONG;
        search_chip(search, search->chip);
    } else {
        struct dirent **entries;
        int count = scandir("/dev", &entries, is_chip_name, versionsort);
        if (count < 0) return reason();
        for (int i = 0; i < count; i++) {
            char path[CGPIOD_PATH_SIZE];
            int length = snprintf(path, sizeof path, "/dev/%s", entries[i]->d_name);
            if (length < (int)sizeof path) search_chip(search, path);
            free(entries[i]);
        }
        free(entries);
    }
    if (search->found == 1) return 0;
    if (search->found > 1) return ENOTUNIQ;
    return search->forbidden ? EACCES : ENOENT;
}

int cgpiod_find_chip(const char *chip, char path[CGPIOD_PATH_SIZE]) {
    struct search search = {.chip = chip, .path = path};
    return run_search(&search);
}

int cgpiod_find_line(const char *chip, const char *line, char path[CGPIOD_PATH_SIZE], unsigned *offset) {
    if (line[0] == 0) return ENOENT; // lines without a name would all fit
    struct search search = {.chip = chip, .line = line, .path = path, .offset = offset};
    return run_search(&search);
}

// ---- Requesting, for both -----------------------------------------------------------------------------------------

struct settings {
    bool is_output, active_low, active;
    enum cgpiod_edges edges;
    enum cgpiod_bias bias;
    enum cgpiod_drive drive;
    const char *consumer;
};

static int request(const char *path, const unsigned *offsets, unsigned count, const struct settings *settings,
                   cgpiod_lines **result);

int cgpiod_request_inputs(const char *path, const unsigned *offsets, unsigned count, enum cgpiod_edges edges,
                          enum cgpiod_bias bias, bool active_low, const char *consumer, cgpiod_lines **lines) {
    struct settings settings = {.edges = edges, .bias = bias, .active_low = active_low, .consumer = consumer};
    return request(path, offsets, count, &settings, lines);
}

int cgpiod_request_output(const char *path, unsigned offset, bool active, enum cgpiod_drive drive, bool active_low,
                          const char *consumer, cgpiod_lines **lines) {
    struct settings settings = {
        .is_output = true, .active = active, .drive = drive, .active_low = active_low, .consumer = consumer};
    return request(path, &offset, 1, &settings, lines);
}

#ifdef LIBGPIOD_1

// ---- libgpiod 1.x -------------------------------------------------------------------------------------------------

static int request_line(cgpiod_lines *lines, unsigned index, const struct settings *settings) {
    struct gpiod_line_request_config config = {.consumer = settings->consumer};
    if (settings->is_output) {
        config.request_type = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT;
        if (settings->drive == CGPIOD_DRIVE_OPEN_DRAIN) config.flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_DRAIN;
        if (settings->drive == CGPIOD_DRIVE_OPEN_SOURCE) config.flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_SOURCE;
    } else {
        config.request_type = settings->edges == CGPIOD_EDGES_FALLING ? GPIOD_LINE_REQUEST_EVENT_FALLING_EDGE
                                                                      : GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES;
        if (settings->bias == CGPIOD_BIAS_NONE) config.flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
        if (settings->bias == CGPIOD_BIAS_PULL_UP) config.flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
        if (settings->bias == CGPIOD_BIAS_PULL_DOWN) config.flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    }
    if (settings->active_low) config.flags |= GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW;

    lines->lines[index] = gpiod_chip_get_line(lines->chip, lines->offsets[index]);
    if (lines->lines[index] == NULL) return reason();
    if (gpiod_line_request(lines->lines[index], &config, settings->active ? 1 : 0) != 0) return reason();
    if (settings->is_output) return 0;
    lines->descriptors[index] = gpiod_line_event_get_fd(lines->lines[index]);
    if (lines->descriptors[index] < 0) return reason();
    return set_nonblocking(lines->descriptors[index]);
}

static int request(const char *path, const unsigned *offsets, unsigned count, const struct settings *settings,
                   cgpiod_lines **result) {
    if (count == 0 || count > CGPIOD_LINES_MAX) return EINVAL;
    cgpiod_lines *lines = calloc(1, sizeof *lines);
    if (lines == NULL) return ENOMEM;
    int error = 0;
    lines->count = count;
    lines->has_edges = !settings->is_output;
    memcpy(lines->offsets, offsets, count * sizeof *offsets);
    errno = 0;
    lines->chip = gpiod_chip_open(path);
    if (lines->chip == NULL) error = reason();
    for (unsigned i = 0; i < count && error == 0; i++) error = request_line(lines, i, settings);
    if (error != 0) {
        cgpiod_release(lines);
        return error;
    }
    *result = lines;
    return 0;
}

unsigned cgpiod_descriptor_count(const cgpiod_lines *lines) { return lines->has_edges ? lines->count : 0; }

int cgpiod_descriptor(const cgpiod_lines *lines, unsigned index) { return lines->descriptors[index]; }

int cgpiod_read(cgpiod_lines *lines, unsigned index, cgpiod_event *events, unsigned room, unsigned *count) {
    struct gpiod_line_event taken[EVENTS_AT_ONCE];
    *count = 0;
    if (room > EVENTS_AT_ONCE) room = EVENTS_AT_ONCE;
    errno = 0;
    int found = gpiod_line_event_read_fd_multiple(lines->descriptors[index], taken, room);
    if (found < 0) return errno == EAGAIN || errno == EINTR ? 0 : reason();
    for (int i = 0; i < found; i++) {
        events[i] = (cgpiod_event){
            .nanoseconds = (uint64_t)taken[i].ts.tv_sec * 1000000000u + (uint64_t)taken[i].ts.tv_nsec,
            .offset = lines->offsets[index],
            .rising = taken[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE,
        };
    }
    *count = (unsigned)found;
    return 0;
}

static struct gpiod_line *line_at(cgpiod_lines *lines, unsigned offset) {
    for (unsigned i = 0; i < lines->count; i++) {
        if (lines->offsets[i] == offset) return lines->lines[i];
    }
    return NULL;
}

int cgpiod_get(cgpiod_lines *lines, unsigned offset, bool *active) {
    struct gpiod_line *line = line_at(lines, offset);
    if (line == NULL) return EINVAL;
    errno = 0;
    int level = gpiod_line_get_value(line);
    if (level < 0) return reason();
    *active = level != 0;
    return 0;
}

int cgpiod_set(cgpiod_lines *lines, unsigned offset, bool active) {
    struct gpiod_line *line = line_at(lines, offset);
    if (line == NULL) return EINVAL;
    errno = 0;
    return gpiod_line_set_value(line, active ? 1 : 0) != 0 ? reason() : 0;
}

void cgpiod_release(cgpiod_lines *lines) {
    if (lines == NULL) return;
    if (lines->chip != NULL) gpiod_chip_close(lines->chip); // releases its lines
    free(lines);
}

#else

// ---- libgpiod 2.x -------------------------------------------------------------------------------------------------

static enum gpiod_line_bias bias_of(enum cgpiod_bias bias) {
    switch (bias) {
    case CGPIOD_BIAS_NONE: return GPIOD_LINE_BIAS_DISABLED;
    case CGPIOD_BIAS_PULL_UP: return GPIOD_LINE_BIAS_PULL_UP;
    case CGPIOD_BIAS_PULL_DOWN: return GPIOD_LINE_BIAS_PULL_DOWN;
    default: return GPIOD_LINE_BIAS_AS_IS;
    }
}

static enum gpiod_line_drive drive_of(enum cgpiod_drive drive) {
    switch (drive) {
    case CGPIOD_DRIVE_OPEN_DRAIN: return GPIOD_LINE_DRIVE_OPEN_DRAIN;
    case CGPIOD_DRIVE_OPEN_SOURCE: return GPIOD_LINE_DRIVE_OPEN_SOURCE;
    default: return GPIOD_LINE_DRIVE_PUSH_PULL;
    }
}

static int fill_settings(struct gpiod_line_settings *to, const struct settings *from) {
    gpiod_line_settings_set_active_low(to, from->active_low);
    if (from->is_output) {
        if (gpiod_line_settings_set_direction(to, GPIOD_LINE_DIRECTION_OUTPUT) != 0 ||
            gpiod_line_settings_set_drive(to, drive_of(from->drive)) != 0 ||
            gpiod_line_settings_set_output_value(
                to, from->active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE) != 0)
            return reason();
        return 0;
    }
    if (gpiod_line_settings_set_direction(to, GPIOD_LINE_DIRECTION_INPUT) != 0 ||
        gpiod_line_settings_set_event_clock(to, GPIOD_LINE_CLOCK_MONOTONIC) != 0 ||
        gpiod_line_settings_set_bias(to, bias_of(from->bias)) != 0 ||
        gpiod_line_settings_set_edge_detection(
            to, from->edges == CGPIOD_EDGES_FALLING ? GPIOD_LINE_EDGE_FALLING : GPIOD_LINE_EDGE_BOTH) != 0)
        return reason();
    return 0;
}

static int request_all(cgpiod_lines *lines, struct gpiod_chip *chip, struct gpiod_line_settings *line_settings,
                       struct gpiod_line_config *line_config, struct gpiod_request_config *request_config,
                       const struct settings *settings) {
    int error = fill_settings(line_settings, settings);
    if (error != 0) return error;
    errno = 0;
    if (gpiod_line_config_add_line_settings(line_config, lines->offsets, lines->count, line_settings) != 0)
        return reason();
    gpiod_request_config_set_consumer(request_config, settings->consumer);
    if (lines->has_edges) gpiod_request_config_set_event_buffer_size(request_config, EVENT_BUFFER);
    lines->request = gpiod_chip_request_lines(chip, request_config, line_config);
    if (lines->request == NULL) return reason();
    if (!lines->has_edges) return 0;
    lines->buffer = gpiod_edge_event_buffer_new(EVENTS_AT_ONCE);
    if (lines->buffer == NULL) return reason();
    return set_nonblocking(gpiod_line_request_get_fd(lines->request));
}

static int request(const char *path, const unsigned *offsets, unsigned count, const struct settings *settings,
                   cgpiod_lines **result) {
    if (count == 0 || count > CGPIOD_LINES_MAX) return EINVAL;
    cgpiod_lines *lines = calloc(1, sizeof *lines);
    if (lines == NULL) return ENOMEM;
    lines->count = count;
    lines->has_edges = !settings->is_output;
    memcpy(lines->offsets, offsets, count * sizeof *offsets);

    errno = 0;
    struct gpiod_chip *chip = gpiod_chip_open(path);
    int error = chip == NULL ? reason() : 0;
    if (error == 0) {
        struct gpiod_line_settings *line_settings = gpiod_line_settings_new();
        struct gpiod_line_config *line_config = gpiod_line_config_new();
        struct gpiod_request_config *request_config = gpiod_request_config_new();
        if (line_settings == NULL || line_config == NULL || request_config == NULL)
            error = ENOMEM;
        else
            error = request_all(lines, chip, line_settings, line_config, request_config, settings);
        gpiod_request_config_free(request_config);
        gpiod_line_config_free(line_config);
        gpiod_line_settings_free(line_settings);
        gpiod_chip_close(chip); // the request lives on without it
    }
    if (error != 0) {
        cgpiod_release(lines);
        return error;
    }
    *result = lines;
    return 0;
}

unsigned cgpiod_descriptor_count(const cgpiod_lines *lines) { return lines->has_edges ? 1 : 0; }

int cgpiod_descriptor(const cgpiod_lines *lines, unsigned index) {
    (void)index;
    return gpiod_line_request_get_fd(lines->request);
}

int cgpiod_read(cgpiod_lines *lines, unsigned index, cgpiod_event *events, unsigned room, unsigned *count) {
    (void)index;
    *count = 0;
    if (room > EVENTS_AT_ONCE) room = EVENTS_AT_ONCE;
    errno = 0;
    int found = gpiod_line_request_read_edge_events(lines->request, lines->buffer, room);
    if (found < 0) return errno == EAGAIN || errno == EINTR ? 0 : reason();
    for (int i = 0; i < found; i++) {
        struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(lines->buffer, (unsigned long)i);
        events[i] = (cgpiod_event){
            .nanoseconds = gpiod_edge_event_get_timestamp_ns(event),
            .offset = gpiod_edge_event_get_line_offset(event),
            .sequence = (uint32_t)gpiod_edge_event_get_line_seqno(event),
            .rising = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
        };
    }
    *count = (unsigned)found;
    return 0;
}

int cgpiod_get(cgpiod_lines *lines, unsigned offset, bool *active) {
    errno = 0;
    enum gpiod_line_value level = gpiod_line_request_get_value(lines->request, offset);
    if (level == GPIOD_LINE_VALUE_ERROR) return reason();
    *active = level == GPIOD_LINE_VALUE_ACTIVE;
    return 0;
}

int cgpiod_set(cgpiod_lines *lines, unsigned offset, bool active) {
    errno = 0;
    enum gpiod_line_value level = active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return gpiod_line_request_set_value(lines->request, offset, level) != 0 ? reason() : 0;
}

void cgpiod_release(cgpiod_lines *lines) {
    if (lines == NULL) return;
    if (lines->buffer != NULL) gpiod_edge_event_buffer_free(lines->buffer);
    if (lines->request != NULL) gpiod_line_request_release(lines->request);
    free(lines);
}

#endif
