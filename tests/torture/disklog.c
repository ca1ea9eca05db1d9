/* Logs, in order, what a process asks of the disk below one folder: LD_PRELOAD=disklog.so DISKLOG_ROOT=folder
 * DISKLOG_FILE=log. With the log the folder can be rebuilt as a power cut would have left it at any moment.
 *
 * A record: op u8, thread u32, offset i64, data length u32, path length u16, path, data. Ops: W write, T truncate
 * (offset = size), C create, B and E begin and end of a sync, R rename (data = new path), U unlink, M mkdir, S statement
 * (a write to standard output). A write is logged after it was done, a sync before and after.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int log_fd = -1;
static const char *root;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    root = getenv("DISKLOG_ROOT");
    const char *file = getenv("DISKLOG_FILE");
    if (root && file)
        log_fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int below(const char *path) { return root && strncmp(path, root, strlen(root)) == 0; }

static int path_of(int fd, char *path) {
    char link[64];
    strcpy(link, "/proc/self/fd/");
    char digits[16];
    int n = 0;
    do {
        digits[n++] = (char)('0' + fd % 10);
        fd /= 10;
    } while (fd);
    char *end = link + strlen(link);
    while (n) *end++ = digits[--n];
    *end = 0;
    ssize_t length = readlink(link, path, 4095);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static void record(char op, const char *path, int64_t offset, const void *data, uint32_t length) {
    if (log_fd < 0) return;
    char head[19];
    uint32_t thread = (uint32_t)syscall(SYS_gettid);
    uint16_t path_length = (uint16_t)strlen(path);
    head[0] = op;
    memcpy(head + 1, &thread, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &length, 4);
    memcpy(head + 17, &path_length, 2);
    struct iovec parts[3] = {{head, 19}, {(void *)path, path_length}, {(void *)data, length}};
    pthread_mutex_lock(&turn);
    syscall(SYS_writev, log_fd, parts, 3);
    pthread_mutex_unlock(&turn);
}

static int opened(const char *path, int flags, int mode) {
    int fresh = (flags & O_CREAT) && log_fd >= 0 && below(path) && access(path, F_OK) != 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fresh) record('C', path, 0, "", 0);
    return fd;
}

#define OPEN(name)                                   \
    int name(const char *path, int flags, ...) {     \
        va_list more;                                \
        va_start(more, flags);                       \
        int mode = va_arg(more, int);                \
        va_end(more);                                \
        return opened(path, flags, mode);            \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int fd, const void *data, size_t size) {
    char path[4096];
    off_t at = fd > 2 && log_fd >= 0 && path_of(fd, path) ? lseek(fd, 0, SEEK_CUR) : -1;
    ssize_t done = syscall(SYS_write, fd, data, size);
    if (fd == 1 && done > 0) record('S', "", 0, data, (uint32_t)done);
    if (at >= 0 && done > 0) record('W', path, at, data, (uint32_t)done);
    return done;
}

static ssize_t write_at(int fd, const void *data, size_t size, off_t at) {
    char path[4096];
    ssize_t done = syscall(SYS_pwrite64, fd, data, size, at);
    if (done > 0 && log_fd >= 0 && path_of(fd, path)) record('W', path, at, data, (uint32_t)done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return write_at(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return write_at(fd, data, size, at); }

static int truncated(int fd, off_t size) {
    char path[4096];
    int answer = (int)syscall(SYS_ftruncate, fd, size);
    if (answer == 0 && log_fd >= 0 && path_of(fd, path)) record('T', path, size, "", 0);
    return answer;
}

int ftruncate(int fd, off_t size) { return truncated(fd, size); }
int ftruncate64(int fd, off64_t size) { return truncated(fd, size); }

static int synced(int fd, long number) {
    char path[4096];
    int ours = log_fd >= 0 && path_of(fd, path);
    if (ours) record('B', path, 0, "", 0);
    int answer = (int)syscall(number, fd);
    if (ours && answer == 0) record('E', path, 0, "", 0);
    return answer;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
    int answer = REAL(rename)(from, to);
    if (answer == 0 && below(to)) record('R', from, 0, to, (uint32_t)strlen(to));
    return answer;
}

int unlink(const char *path) {
    int answer = REAL(unlink)(path);
    if (answer == 0 && below(path)) record('U', path, 0, "", 0);
    return answer;
}

int mkdir(const char *path, mode_t mode) {
    int answer = REAL(mkdir)(path, mode);
    if (answer == 0 && below(path)) record('M', path, 0, "", 0);
    return answer;
}
