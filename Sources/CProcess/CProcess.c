#define _GNU_SOURCE
#include "CProcess.h"

#include "slots.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// As the kernel has it: with 32 and 33 too, which glibc keeps for itself and its posix_spawn leaves
// ignored. Of zeros it is the usual action.
struct kernel_action {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    uint64_t mask;
};

// The signals that a task is to find as usual: those that this process ignores. (What it handles, exec
// resets.) Each costs a call in the child, so not all 64 are named: those that were ignored from the
// beginning, and those that programs such as this one ignore.
static uint64_t signals_to_reset(void) {
    static _Atomic uint64_t known = 0;
    uint64_t mask = known;
    if (!mask) {
        const int usual[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU,
                             SIGXFSZ};
        for (size_t index = 0; index < sizeof usual / sizeof *usual; index++)
            mask |= 1ull << (usual[index] - 1);
        for (int number = 1; number <= 64; number++) {
            struct kernel_action action;
            // One that is handled would be handled in the child, on the memory of the parent.
            if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(uint64_t)) == 0 &&
                action.handler != 0)
                mask |= 1ull << (number - 1);
        }
        known = mask;
    }
    return mask;
}

struct start {
    const char *const *argv, *const *envp;
    const char *directory;
    int input, output, is_leader;
    uint64_t reset;
    volatile int error;
};

// posix_spawn asks in the child about each of the 64 signals; this asks about none. Nothing but system
// calls happens here: the child has the parent's memory, and the parent waits until it has gone.
static int begin(void *argument) {
    struct start *start = argument;
    const struct kernel_action usual = {0};
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number <= 64; number++)
        if (start->reset & 1ull << (number - 1))
            syscall(SYS_rt_sigaction, number, &usual, NULL, sizeof(uint64_t));
    if ((start->is_leader ? setsid() : setpgid(0, 0)) >= 0 &&
        (!start->directory || chdir(start->directory) == 0) && dup2(start->input, 0) >= 0 &&
        dup2(start->output, 1) >= 0 && dup2(start->output, 2) >= 0) {
        // All but these three are for this process alone.
        close_range(3, ~0u, 0);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execve(start->argv[0], (char *const *)start->argv, (char *const *)start->envp);
    }
    start->error = errno;
    _exit(127);
}

int spillway_spawn(const char *const argv[], const char *const envp[], const char *directory,
                   int input, int output, int is_leader, int slot, pid_t *pid) {
    struct start start = {.argv = argv, .envp = envp, .directory = directory, .input = input,
                          .output = output, .is_leader = is_leader, .reset = signals_to_reset()};
    _Alignas(16) char stack[16384];
    pid_t ignored;
    volatile pid_t *place = spillway_slots && slot >= 0 ? &spillway_slots[slot].pid : &ignored;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // As vfork, but the kernel notes the pid in the slot before the child begins: a guard knows it even
    // where this process is killed just then.
    const pid_t child = clone(begin, stack + sizeof stack,
                              CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | SIGCHLD, &start, place);
    const int code = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child < 0) return code;
    if (start.error) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
        return start.error;
    }
    *pid = child;
    return 0;
}

int spillway_pidfd_open(pid_t pid) { return pidfd_open(pid, 0); }

int spillway_pidfd_signal(int pidfd, int signal) {
    return pidfd_send_signal(pidfd, signal, NULL, 0);
}

int spillway_reap(int pidfd, int *was_signalled, int *value) {
    siginfo_t info;
    int result;
    info.si_pid = 0;
    do {
        result = waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG);
    } while (result < 0 && errno == EINTR);
    if (result < 0) return -1;
    if (info.si_pid == 0) return 0;
    *was_signalled = info.si_code != CLD_EXITED;
    *value = info.si_status;
    return 1;
}

void spillway_take_use(const struct rusage *usage, struct spillway_use *use) {
    struct rusage own;
    // What is started by vfork begins with the peak of the process that started it.
    long floor = getrusage(RUSAGE_SELF, &own) == 0 ? own.ru_maxrss : 0;
    use->user_us = usage->ru_utime.tv_sec * 1000000ll + usage->ru_utime.tv_usec;
    use->system_us = usage->ru_stime.tv_sec * 1000000ll + usage->ru_stime.tv_usec;
    use->peak_bytes = usage->ru_maxrss > floor ? usage->ru_maxrss * 1024ll : 0;
    // The kernel counts blocks of 512 bytes, whatever the disk's are.
    use->read_bytes = usage->ru_inblock * 512ll;
    use->written_bytes = usage->ru_oublock * 512ll;
}

int spillway_reap_measured(int pidfd, int slot, int *was_signalled, int *value,
                           struct spillway_use *use) {
    siginfo_t own_info;
    struct rusage own_usage;
    struct spillway_slot *shared = spillway_slots && slot >= 0 ? &spillway_slots[slot] : NULL;
    siginfo_t *info = shared ? &shared->info : &own_info;
    struct rusage *usage = shared ? &shared->usage : &own_usage;
    long result;
    info->si_pid = 0;
    do {
        // The C library's waitid leaves out what the kernel's tells last.
        result = syscall(SYS_waitid, P_PIDFD, pidfd, info, WEXITED | WNOHANG, usage);
    } while (result < 0 && errno == EINTR);
    if (result < 0) return -1;
    if (info->si_pid == 0) return 0;
    *was_signalled = info->si_code != CLD_EXITED;
    *value = info->si_status;
    spillway_take_use(usage, use);
    return 1;
}

int spillway_reap_pid_measured(pid_t pid, struct spillway_use *use) {
    struct rusage usage;
    pid_t reaped;
    do {
        reaped = wait4(pid, NULL, WNOHANG, &usage);
    } while (reaped < 0 && errno == EINTR);
    if (reaped <= 0) return 0;
    spillway_take_use(&usage, use);
    return 1;
}

int spillway_set_group_nice(pid_t group, int nice) {
    return setpriority(PRIO_PGRP, (id_t)group, nice);
}

// As in linux/pidfd.h since 6.15; older headers lack it, older kernels refuse the call or leave the
// bit of the exit code out.
struct spillway_pidfd_info {
    uint64_t mask, cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};
#define SPILLWAY_PIDFD_INFO_EXIT (1ull << 3)
#define SPILLWAY_PIDFD_GET_INFO _IOWR(0xFF, 11, struct spillway_pidfd_info)

// The last field of proc(5)'s stat, shown to the same user; only of a zombie.
static int zombie_status(pid_t pid, int *status) {
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return -1;
    text[count] = 0;
    char *end = strrchr(text, ')'), *last = strrchr(text, ' ');
    if (!end || !last || end[1] != ' ') return -1;
    if (end[2] != 'Z' && end[2] != 'X') return 0;
    return sscanf(last, "%d", status) == 1 ? 1 : -1;
}

int spillway_exit_status(int pidfd, pid_t pid, int *status) {
    struct pollfd poll_entry = {.fd = pidfd, .events = POLLIN};
    if (poll(&poll_entry, 1, 0) == 0) return 0;
    if (zombie_status(pid, status) == 1) return 1;
    struct spillway_pidfd_info info = {.mask = SPILLWAY_PIDFD_INFO_EXIT};
    if (ioctl(pidfd, SPILLWAY_PIDFD_GET_INFO, &info) == 0 && info.mask & SPILLWAY_PIDFD_INFO_EXIT) {
        *status = info.exit_code;
        return 1;
    }
    return -1;
}

void spillway_reap_pid(pid_t pid) {
    while (waitpid(pid, NULL, WNOHANG) < 0 && errno == EINTR) {}
}

int spillway_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

char *const *spillway_environment(void) { return environ; }

int spillway_wall_timer(void) {
    return timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

int spillway_wall_timer_set(int timer, int64_t seconds, int64_t nanoseconds) {
    struct itimerspec value = {{0, 0}, {seconds, nanoseconds}};
    return timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &value, NULL);
}

int spillway_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int spillway_epoll_add(int epoll, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = token}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

void spillway_epoll_remove(int epoll, int descriptor) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

int spillway_epoll_wait(int epoll, uint64_t *tokens, int capacity, int milliseconds) {
    struct epoll_event events[64];
    int limit = capacity < 64 ? capacity : 64;
    int count = epoll_wait(epoll, events, limit, milliseconds);
    for (int index = 0; index < count; index++) tokens[index] = events[index].data.u64;
    return count < 0 ? 0 : count;
}

void spillway_epoll_writes(int epoll, int descriptor, uint64_t token, int is_wanted) {
    struct epoll_event event = {.events = is_wanted ? EPOLLIN | EPOLLOUT : EPOLLIN,
                                .data = {.u64 = token}};
    epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event);
}

static int address_of(int folder, const char *name, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    int length = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s",
                          folder, name);
    if (length < 0 || (size_t)length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}

int spillway_listen(int folder, const char *name) {
    struct sockaddr_un address;
    if (address_of(folder, name, &address)) return -1;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return -1;
    unlinkat(folder, name, 0);
    // The mode of the file is that of the socket when it is bound.
    if (fchmod(listener, 0600) || bind(listener, (struct sockaddr *)&address, sizeof address) ||
        listen(listener, 8)) {
        int error = errno;
        close(listener);
        errno = error;
        return -1;
    }
    fchmodat(folder, name, 0600, 0);
    return listener;
}

int spillway_connect(int folder, const char *name) {
    struct sockaddr_un address;
    if (address_of(folder, name, &address)) return -1;
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0) return -1;
    if (connect(connection, (struct sockaddr *)&address, sizeof address)) {
        int error = errno;
        close(connection);
        errno = error;
        return -1;
    }
    return connection;
}

int spillway_accept(int listener) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) return -1;
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
        peer.uid == geteuid())
        return connection;
    close(connection);
    errno = EACCES;
    return -1;
}

int spillway_socket_pair(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

ssize_t spillway_send(int socket, const void *bytes, size_t count) {
    ssize_t sent;
    do {
        sent = send(socket, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent;
}

ssize_t spillway_receive(int socket, void *bytes, size_t count) {
    ssize_t received;
    do {
        received = recv(socket, bytes, count, MSG_DONTWAIT);
    } while (received < 0 && errno == EINTR);
    return received;
}

int spillway_await(int socket, int milliseconds) {
    struct pollfd entry = {.fd = socket, .events = POLLIN};
    return poll(&entry, 1, milliseconds) > 0;
}

int spillway_lock(int file) { return flock(file, LOCK_EX | LOCK_NB); }

int spillway_unlock(int file) { return flock(file, LOCK_UN); }

int spillway_rename_new(const char *path, const char *target) {
    return renameat2(AT_FDCWD, path, AT_FDCWD, target, RENAME_NOREPLACE);
}

int spillway_wake_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void spillway_wake(int wake) { eventfd_write(wake, 1); }

void spillway_wake_clear(int wake) {
    eventfd_t value;
    eventfd_read(wake, &value);
}

void spillway_point(const char *point) {
    static _Atomic int passes = 0;
    static const char *wanted = "";
    static _Atomic int is_known = 0;
    if (!is_known) {
        const char *value = getenv("SPILLWAY_DIE_AT");
        wanted = value ? value : NULL;
        is_known = 1;
    }
    if (!wanted) return;
    size_t length = strlen(point);
    if (strncmp(wanted, point, length) || wanted[length] != ':') return;
    if (++passes < atoi(wanted + length + 1)) return;
    // The marker behind the number makes it one death, not one of each process that inherits this.
    const char *marker = strchr(wanted + length + 1, ':');
    if (marker && open(marker + 1, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600) < 0) return;
    kill(getpid(), SIGKILL);
}
