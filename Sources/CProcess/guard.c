#define _GNU_SOURCE
#include "CProcess.h"

#include "slots.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// More attempts at a time than that are not guarded.
enum { slot_count = 4096 };

struct spillway_slot *spillway_slots = NULL;
// The runner's own: the free ones, the last freed first, so that few pages are ever touched.
static int free_slots[slot_count], free_count = 0;

int spillway_slot_take(const char *token) {
    if (!spillway_slots || free_count == 0 || strlen(token) >= sizeof spillway_slots->token) return -1;
    const int number = free_slots[--free_count];
    struct spillway_slot *slot = &spillway_slots[number];
    slot->pid = 0;
    slot->info.si_pid = 0;
    memcpy(slot->token, token, strlen(token) + 1);
    return number;
}

void spillway_slot_give(int number) {
    if (!spillway_slots || number < 0) return;
    spillway_slots[number].token[0] = 0;
    free_slots[free_count++] = number;
}

static uint64_t check_of(const struct spillway_orphan *orphan) {
    const unsigned char *bytes = (const unsigned char *)orphan;
    uint64_t hash = 0xCBF29CE484222325;
    for (size_t place = 0; place < offsetof(struct spillway_orphan, check); place++)
        hash = (hash ^ bytes[place]) * 0x100000001B3;
    return hash;
}

int spillway_orphan_read(int file, int64_t number, struct spillway_orphan *orphan) {
    const off_t place = (off_t)number * (off_t)sizeof *orphan;
    if (pread(file, orphan, sizeof *orphan, place) != (ssize_t)sizeof *orphan) return 0;
    orphan->token[sizeof orphan->token - 1] = 0;
    return orphan->check == check_of(orphan) ? 1 : 0;
}

static void note(int file, int32_t kind, const char *token, const siginfo_t *info,
                 const struct rusage *usage) {
    struct spillway_orphan orphan;
    struct timespec now;
    memset(&orphan, 0, sizeof orphan);
    clock_gettime(CLOCK_REALTIME, &now);
    orphan.kind = kind;
    orphan.at_us = now.tv_sec * 1000000ll + now.tv_nsec / 1000;
    memcpy(orphan.token, token, strlen(token) + 1);
    if (info) {
        orphan.pid = info->si_pid;
        orphan.is_signalled = info->si_code != CLD_EXITED;
        orphan.value = info->si_status;
    }
    if (usage) spillway_take_use(usage, &orphan.use);
    orphan.check = check_of(&orphan);
    while (write(file, &orphan, sizeof orphan) < 0 && errno == EINTR) {}
}

static struct spillway_slot *slot_of(pid_t pid) {
    for (int number = 0; number < slot_count; number++)
        if (spillway_slots[number].token[0] && spillway_slots[number].pid == pid)
            return &spillway_slots[number];
    return NULL;
}

// What the runner left: those that it reaped and had not noted yet, and those that go on.
static void take_over(int file, const char *name) {
    for (int number = 0; number < slot_count; number++) {
        struct spillway_slot *slot = &spillway_slots[number];
        if (!slot->token[0] || slot->pid == 0) continue;
        if (slot->info.si_pid != 0) {
            note(file, SPILLWAY_ORPHAN_ENDED, slot->token, &slot->info, &slot->usage);
            slot->token[0] = 0;
        } else {
            const siginfo_t live = {.si_pid = slot->pid};
            note(file, SPILLWAY_ORPHAN_LIVES, slot->token, &live, NULL);
        }
    }
    note(file, SPILLWAY_ORPHANS_SETTLED, name, NULL, NULL);
}

// Nobody who looks for runners is to take it for one.
static void rename_process(const char *title) {
    char line[4096];
    const int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    const ssize_t count = file < 0 ? 0 : read(file, line, sizeof line);
    if (file >= 0) close(file);
    if (count > (ssize_t)strlen(title)) {
        // The arguments lie one behind the other.
        memset(program_invocation_name, 0, (size_t)count);
        memcpy(program_invocation_name, title, strlen(title));
    }
    prctl(PR_SET_NAME, title, 0, 0, 0);
}

static _Noreturn void watch_over(pid_t runner, const char *name, int folder, const char *log, int lock,
                                 int ready) {
    int file = -1, code = 0;
    rename_process("spillway-guard");
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    // Until then the runner starts nobody.
    close(ready);
    // All else is the runner's: whoever waits for the end of its connection waits for nobody else's.
    if (folder < lock) {
        close_range(0, (unsigned)folder - 1, 0);
        close_range((unsigned)folder + 1, (unsigned)lock - 1, 0);
    } else {
        close_range(0, (unsigned)lock - 1, 0);
        close_range((unsigned)lock + 1, (unsigned)folder - 1, 0);
    }
    close_range((unsigned)(folder > lock ? folder : lock) + 1, ~0u, 0);
    for (;;) {
        siginfo_t info = {0};
        struct rusage usage;
        // It is noted before it is reaped: who finds no process any more finds the note.
        if (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOWAIT, &usage) < 0) {
            if (errno == EINTR) continue;
            break;
        }
        const int is_runner = info.si_pid == runner;
        const int is_kept = is_runner ? info.si_code != CLD_EXITED : 1;
        if (is_kept && file < 0)
            file = openat(folder, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (is_runner) {
            code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
            if (is_kept) take_over(file, name);
        } else {
            struct spillway_slot *slot = slot_of(info.si_pid);
            if (slot) {
                note(file, SPILLWAY_ORPHAN_ENDED, slot->token, &info, &usage);
                slot->token[0] = 0;
            }
        }
        while (waitpid(info.si_pid, NULL, 0) < 0 && errno == EINTR) {}
        // From here on another runner may read what was noted.
        if (is_runner) close(lock);
    }
    _exit(code);
}

int spillway_guard(const char *name, int folder, const char *log, int lock) {
    const size_t size = slot_count * sizeof *spillway_slots;
    void *table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (table == MAP_FAILED) return -1;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) goto failed;
    spillway_slots = table;
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) != 0) goto failed;
    const pid_t runner = fork();
    if (runner > 0) watch_over(runner, name, folder, log, lock, ready[1]);
    char byte;
    close(ready[1]);
    if (runner == 0)
        while (read(ready[0], &byte, 1) < 0 && errno == EINTR) {}
    close(ready[0]);
    if (runner < 0) goto failed;
    for (int number = slot_count; number > 0; number--) free_slots[free_count++] = number - 1;
    return 0;
failed:
    munmap(table, size);
    spillway_slots = NULL;
    return -1;
}
