#define _GNU_SOURCE
#include "cterminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { most = 32 };
static int reading = -1;
static volatile sig_atomic_t writing = -1;
static int watched[most];
static struct sigaction before[most];
static size_t watched_count;

static void on_signal(int number) {
    int saved = errno;
    uint8_t byte = (uint8_t)number;
    // The pipe never blocks; when it is full, what is in it wakes the reader as well.
    ssize_t ignored = write((int)writing, &byte, 1);
    (void)ignored;
    errno = saved;
}

int terminal_watch_signals(const int *signals, size_t count) {
    int ends[2];
    if (reading >= 0 || count > most || pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
    reading = ends[0];
    writing = ends[1];
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigset_t open;
    sigemptyset(&open);
    watched_count = count;
    for (size_t i = 0; i < count; i++) {
        watched[i] = signals[i];
        sigaction(signals[i], &action, &before[i]);
        sigaddset(&open, signals[i]);
    }
    // A parent may have started us with signals blocked (threads of its libraries often have).
    pthread_sigmask(SIG_UNBLOCK, &open, NULL);
    return reading;
}

void terminal_unwatch_signals(void) {
    if (reading < 0) return;
    for (size_t i = 0; i < watched_count; i++) sigaction(watched[i], &before[i], NULL);
    watched_count = 0;
    close((int)writing);
    close(reading);
    reading = writing = -1;
}

void terminal_stop_self(void) {
    struct sigaction action, mine;
    sigset_t open, mask;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    // The rest of the group first, while we do not hear it; then this thread, so that the stop has
    // happened when raise() returns, whatever other threads there are.
    action.sa_handler = SIG_IGN;
    sigaction(SIGTSTP, &action, &mine);
    kill(0, SIGTSTP);
    action.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &action, NULL);
    sigemptyset(&open);
    sigaddset(&open, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &open, &mask);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &mine, NULL);
}
