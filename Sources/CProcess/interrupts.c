#include "CProcess.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

// A source of libdispatch now and then loses a signal that another thread than its own is given: a
// process that waits for TERM then stays for good.

static volatile int counter = -1;

static void note(int number) {
    const int before = errno;
    const uint64_t one = 1;
    (void)number;
    if (write(counter, &one, sizeof one) < 0) {}
    errno = before;
}

int spillway_interrupts_begin(void) {
    if (counter < 0) counter = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (counter < 0) return -1;
    spillway_interrupts_take();
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, NULL) < 0 || sigaction(SIGTERM, &action, NULL) < 0) return -1;
    return counter;
}

int64_t spillway_interrupts_take(void) {
    uint64_t count = 0;
    return read(counter, &count, sizeof count) == sizeof count ? (int64_t)count : 0;
}

void spillway_interrupts_end(void) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
