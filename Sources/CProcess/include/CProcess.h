#ifndef SPILLWAY_CPROCESS_H
#define SPILLWAY_CPROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Starts `argv[0]` in a process group of its own, and in a session of its own where `is_leader`:
/// standard input from `input`, standard output and standard error to `output`, every other
/// descriptor closed, no signal blocked or ignored.
/// `directory` may be NULL; `slot` is one of `spillway_slot_take` or -1. Returns 0 and the pid, or the
/// errno of what failed.
int spillway_spawn(const char *const argv[], const char *const envp[], const char *directory,
                   int input, int output, int is_leader, int slot, pid_t *pid);

/// A descriptor that becomes readable when the process ends; -1 and errno on failure.
int spillway_pidfd_open(pid_t pid);

/// Sends `signal` to the very process that `pidfd` stands for; -1 and errno on failure.
int spillway_pidfd_signal(int pidfd, int signal);

/// Reaps the child that `pidfd` stands for without waiting. Returns 1 with its exit code or signal,
/// 0 while it lives, -1 and errno (ECHILD: no child of this process).
int spillway_reap(int pidfd, int *was_signalled, int *value);

/// What a process has used, with all its children that it waited for.
struct spillway_use {
    int64_t user_us, system_us;
    /// Of the largest one; 0 where it is no more than this process ever had, which the kernel counts
    /// in for a child.
    int64_t peak_bytes;
    int64_t read_bytes, written_bytes;
};

/// As `spillway_reap`, and tells what the child used. `slot` is that of the child, or -1.
int spillway_reap_measured(int pidfd, int slot, int *was_signalled, int *value,
                           struct spillway_use *use);

/// Splits this process in two: the one that goes on (0 is returned in it) does its work, the other
/// stays behind as its guard and never returns. The guard inherits the children of a worker that was
/// killed and notes how they end in the file `log` of the folder `folder`; it leaves when it has no
/// children any more. It holds the open file `lock` until it has noted what a worker left behind, so
/// that who gets the lock next finds all of it. -1, errno and no guard on failure.
///
/// - Precondition: no other thread does anything.
int spillway_guard(const char *name, int folder, const char *log, int lock);

/// A place in what worker and guard share, for a process that is about to be started for `token`
/// (at most 27 bytes); -1 where there is none.
int spillway_slot_take(const char *token);

/// Gives a place back: how its process ended is noted elsewhere, or it was never started.
void spillway_slot_give(int slot);

enum {
    /// The process of the token has ended.
    SPILLWAY_ORPHAN_ENDED = 1,
    /// It lived when its worker was killed.
    SPILLWAY_ORPHAN_LIVES = 2,
    /// All that the worker of that name (in `token`) left behind is noted.
    SPILLWAY_ORPHANS_SETTLED = 3,
};

/// A record of a guard.
struct spillway_orphan {
    int32_t kind;
    int32_t pid;
    int32_t is_signalled;
    /// Exit code or signal.
    int32_t value;
    /// Microseconds since 1970.
    int64_t at_us;
    struct spillway_use use;
    char token[28];
    int32_t unused;
    uint64_t check;
};

/// Reads the record `number` of a guard's file, from 0 on; 0 where there is none that is whole.
int spillway_orphan_read(int file, int64_t number, struct spillway_orphan *orphan);

/// As `spillway_reap_pid`, and tells what the child used; 1 where there was one to reap.
int spillway_reap_pid_measured(pid_t pid, struct spillway_use *use);

/// Makes all processes of a group step back for others by `nice`; -1 and errno on failure.
int spillway_set_group_nice(pid_t group, int nice);

/// How the process that `pidfd` stands for ended, whoever reaped it: its wait status. Returns 1 with
/// the status, 0 while it lives, -1 where the kernel tells nobody but the parent (before 6.15) and it
/// is no zombie any more. `pidfd` was opened while it lived.
int spillway_exit_status(int pidfd, pid_t pid, int *status);

/// Reaps the child `pid` without waiting, whatever became of it.
void spillway_reap_pid(pid_t pid);

/// Makes this process the parent of descendants whose own parent ended; -1 and errno on failure.
int spillway_adopt_orphans(void);

/// The environment of this process.
char *const *spillway_environment(void);

/// A descriptor of a timer on the wall clock, readable when due or when the clock was set.
int spillway_wall_timer(void);

/// Sets that timer to an absolute time; 0 and 0 disarm it. Returns -1 and errno on failure.
int spillway_wall_timer_set(int timer, int64_t seconds, int64_t nanoseconds);

/// A set of descriptors to wait for; -1 and errno on failure, as with the next.
int spillway_epoll_create(void);

/// Reports `token` whenever `descriptor` is readable.
int spillway_epoll_add(int epoll, int descriptor, uint64_t token);

void spillway_epoll_remove(int epoll, int descriptor);

/// Waits at most `milliseconds` (-1: no limit) and returns how many `tokens` it filled in; 0 where
/// a signal ended the wait.
int spillway_epoll_wait(int epoll, uint64_t *tokens, int capacity, int milliseconds);

/// Reports `token` also when `descriptor` can be written to, or no longer.
void spillway_epoll_writes(int epoll, int descriptor, uint64_t token, int is_wanted);

/// A socket that listens at `name` in the folder `folder`, mode 0600; a stale one is replaced. The
/// folder's path may be longer than a socket's address. -1 and errno on failure, as with the next.
int spillway_listen(int folder, const char *name);

/// A connection to such a socket.
int spillway_connect(int folder, const char *name);

/// The next connection, of this user only; -1 and errno where there is none.
int spillway_accept(int listener);

/// Two ends of a connection, closed on exec.
int spillway_socket_pair(int ends[2]);

/// Sends or receives without waiting; -1 and errno, EAGAIN where it would have to wait. No SIGPIPE.
ssize_t spillway_send(int socket, const void *bytes, size_t count);
ssize_t spillway_receive(int socket, void *bytes, size_t count);

/// Waits until `socket` is readable; 0 when the milliseconds are over.
int spillway_await(int socket, int milliseconds);

/// Takes the lock of an open file for as long as it is open anywhere; -1 where another has it.
int spillway_lock(int file);

/// Gives it back, also where a child that is just being spawned has the file open for a moment more.
int spillway_unlock(int file);

/// Gives `path` the name `target` unless that is taken (EEXIST); -1 and errno on failure.
int spillway_rename_new(const char *path, const char *target);

/// Ends the process by SIGKILL where the environment says SPILLWAY_DIE_AT=`point`:N:FILE, this is the
/// N-th time that it comes by, and FILE is not there yet; makes FILE. How the tests show that nothing is
/// lost, whatever the moment.
void spillway_point(const char *point);

/// A descriptor that becomes readable by `spillway_wake` and stays so until `spillway_wake_clear`.
int spillway_wake_create(void);
void spillway_wake(int wake);
void spillway_wake_clear(int wake);

/// A pipe whose ends are closed in programs that are started; 0, or -1 and errno.
int spillway_pipe(int ends[2]);

/// Starts `/bin/sh -c command` in this session, in a process group of its own where `own_group`:
/// standard input from `input` (negative: nothing to read), standard output to `output`, standard error
/// to `errors`. `directory` may be NULL. Returns 0 and the pid, or the errno of what failed.
int spillway_spawn_shell(const char *command, const char *directory, int input, int output,
                         int errors, int own_group, pid_t *pid);

/// From now on SIGINT and SIGTERM end nothing but are counted. Returns a descriptor that is readable
/// while there are any to be taken; -1 and errno on failure.
int spillway_interrupts_begin(void);

/// How many came since the last call.
int64_t spillway_interrupts_take(void);

/// Lets them end the process again.
void spillway_interrupts_end(void);

/// The magic number of the file system that `path` lies on, as statfs(2) lists them; -1 and errno.
int64_t spillway_file_system_type(const char *path);

#endif
