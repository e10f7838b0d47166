#define _GNU_SOURCE
#include "cterminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

int terminal_size(int descriptor, int *rows, int *columns) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return -1;
    if (size.ws_row == 0 || size.ws_col == 0) return -1;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return 0;
}

int terminal_unsent(int descriptor) {
    int count = 0;
    return ioctl(descriptor, TIOCOUTQ, &count) == 0 ? count : -1;
}

int terminal_reopen(int descriptor) {
    char name[256];
    struct stat mine, theirs;
    if (ttyname_r(descriptor, name, sizeof name) != 0) return -1;
    int opened = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opened < 0) return -1;
    // In another mount namespace the name may be another terminal's.
    if (fstat(descriptor, &mine) == 0 && fstat(opened, &theirs) == 0 &&
        mine.st_rdev == theirs.st_rdev && mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino)
        return opened;
    close(opened);
    return -1;
}

struct terminal_settings {
    int descriptor;
    struct termios before;
    struct termios raw;
};

// Waiting for the output to drain (TCSADRAIN) could hang on a link that is stuffed.
static int set(int descriptor, const struct termios *settings) {
    int result;
    // From the background, the change would stop us (SIGTTOU) instead of being made.
    sigset_t block, before;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &block, &before);
    do result = tcsetattr(descriptor, TCSANOW, settings);
    while (result != 0 && errno == EINTR);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}

terminal_settings *terminal_enter_raw(int descriptor) {
    terminal_settings *settings = calloc(1, sizeof *settings);
    if (settings == NULL) return NULL;
    settings->descriptor = descriptor;
    if (terminal_enter_raw_again(settings) != 0) {
        free(settings);
        return NULL;
    }
    return settings;
}

int terminal_enter_raw_again(terminal_settings *settings) {
    if (tcgetattr(settings->descriptor, &settings->before) != 0) return -1;
    settings->raw = settings->before;
    settings->raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT | PARMRK);
    settings->raw.c_oflag &= ~(tcflag_t)OPOST;
    settings->raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
    settings->raw.c_cflag |= CS8;
    settings->raw.c_cc[VMIN] = 0;
    settings->raw.c_cc[VTIME] = 0;
    return set(settings->descriptor, &settings->raw);
}

int terminal_restore(const terminal_settings *settings) {
    return set(settings->descriptor, &settings->before);
}

void terminal_settings_free(terminal_settings *settings) { free(settings); }

// What the handler of fatal signals needs; written before the handlers are set.
static struct {
    int descriptor;
    int has_settings;
    size_t count;
    uint8_t bytes[1024];
    int input;
    struct termios before;
} guard;

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
enum { fatal_count = sizeof fatal / sizeof fatal[0] };
static struct sigaction fatal_before[fatal_count];
static volatile sig_atomic_t is_guarded;

// Async-signal-safe: write, tcsetattr, sigaction and raise are.
static void on_fatal(int number) {
    int saved = errno;
    if (is_guarded) {
        is_guarded = 0;
        ssize_t ignored = write(guard.descriptor, guard.bytes, guard.count);
        (void)ignored;
        if (guard.has_settings) tcsetattr(guard.input, TCSANOW, &guard.before);
    }
    for (int i = 0; i < fatal_count; i++) sigaction(fatal[i], &fatal_before[i], NULL);
    errno = saved;
    raise(number);  // arrives when this handler returns
}

void terminal_guard(
    int descriptor, const uint8_t *bytes, size_t count, const terminal_settings *settings) {
    // A stack that has overflowed has no room for a handler: this thread gets another for it.
    static uint8_t stack[65536];
    terminal_unguard();
    guard.descriptor = descriptor;
    guard.count = count < sizeof guard.bytes ? count : sizeof guard.bytes;
    memcpy(guard.bytes, bytes, guard.count);
    guard.has_settings = settings != NULL;
    if (settings != NULL) {
        guard.input = settings->descriptor;
        guard.before = settings->before;
    }
    stack_t present;
    if (sigaltstack(NULL, &present) == 0 && (present.ss_flags & SS_DISABLE)) {
        stack_t other = {.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 0};
        sigaltstack(&other, NULL);
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fatal;
    action.sa_flags = SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    is_guarded = 1;
    for (int i = 0; i < fatal_count; i++) sigaction(fatal[i], &action, &fatal_before[i]);
}

void terminal_unguard(void) {
    if (!is_guarded) return;
    is_guarded = 0;
    for (int i = 0; i < fatal_count; i++) sigaction(fatal[i], &fatal_before[i], NULL);
}
