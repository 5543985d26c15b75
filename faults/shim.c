/* Put in front of the C library of PostgreSQL (LD_PRELOAD): its disk gets full, its N-th write fails, or it lies.
 *
 * The file named by FAULTS_CONTROL holds two numbers of 32 bits that all its processes see: what is wrong, and after how
 * many more writes or flushes of the write-ahead log.
 *   0 nothing
 *   1 no file may grow any more, but for those of the log (ENOSPC)
 *   2 no new file of the log can be made (ENOSPC)
 *   3 the N-th write or flush of the log fails once (EIO)
 *   4 writes of the log are answered with success and thrown away: the safety is off
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile int32_t *control;

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("FAULTS_CONTROL");
    int file = name ? open(name, O_RDWR) : -1;
    if (file < 0) return;
    void *place = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (place != MAP_FAILED) control = place;
}

static int what(void) { return control ? control[0] : 0; }

static int path_of(int file, char *path) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static int is_log(const char *path) { return strstr(path, "/pg_wal/") != NULL; }
static int is_new_log(const char *path) { return strstr(path, "/pg_wal/xlogtemp") != NULL; }
static int is_data(const char *path) { return strstr(path, "/data/") != NULL; }

/* 0: let it through, 1: it fails with errno, 2: say that it was done */
static int verdict(int file, int64_t end, int flush) {
    int mode = what();
    char path[PATH_MAX];
    if (!mode || !path_of(file, path) || !is_data(path)) return 0;
    if (mode == 4) return is_log(path) && !is_new_log(path) ? 2 : 0;
    if (mode == 3) {
        if (!is_log(path) || is_new_log(path)) return 0;
        if (__sync_sub_and_fetch(&control[1], 1) != 0) return 0;
        control[0] = 0;
        errno = EIO;
        return 1;
    }
    if (flush) return 0;
    struct stat known;
    if (fstat(file, &known) != 0 || !S_ISREG(known.st_mode) || end <= known.st_size) return 0;
    if (mode == 2 ? !is_new_log(path) : is_log(path)) return 0;
    errno = ENOSPC;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define PWRITE(name)                                                                  \
    ssize_t name(int file, const void *bytes, size_t count, off_t at) {               \
        int found = verdict(file, (int64_t)at + (int64_t)count, 0);                   \
        if (found) return found == 1 ? -1 : (ssize_t)count;                           \
        return REAL(name)(file, bytes, count, at);                                    \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

#define PWRITEV(name)                                                                 \
    ssize_t name(int file, const struct iovec *parts, int count, off_t at) {          \
        int64_t size = 0;                                                             \
        for (int n = 0; n < count; n++) size += (int64_t)parts[n].iov_len;            \
        int found = verdict(file, (int64_t)at + size, 0);                             \
        if (found) return found == 1 ? -1 : (ssize_t)size;                            \
        return REAL(name)(file, parts, count, at);                                    \
    }
PWRITEV(pwritev)
PWRITEV(pwritev64)

#define ALLOCATE(name)                                                                \
    int name(int file, off_t at, off_t count) {                                       \
        int before = errno;                                                           \
        if (verdict(file, (int64_t)at + (int64_t)count, 0) == 1) {                    \
            int found = errno;                                                        \
            errno = before;                                                           \
            return found;                                                             \
        }                                                                             \
        return REAL(name)(file, at, count);                                           \
    }
ALLOCATE(posix_fallocate)
ALLOCATE(posix_fallocate64)

#define FLUSH(name)                                                                   \
    int name(int file) {                                                              \
        int found = verdict(file, 0, 1);                                              \
        if (found) return found == 1 ? -1 : 0;                                        \
        return REAL(name)(file);                                                      \
    }
FLUSH(fsync)
FLUSH(fdatasync)
