// What a runner and its guard share; for the files of this module alone.
#ifndef SPILLWAY_SLOTS_H
#define SPILLWAY_SLOTS_H

#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/types.h>

struct spillway_use;

struct spillway_slot {
    // Written by the kernel before the process runs its first instruction.
    volatile pid_t pid;
    // Empty where the slot is free.
    char token[28];
    // Written by the kernel as it reaps the process for the runner: between the reaping and a kill of
    // the runner lies nothing.
    siginfo_t info;
    struct rusage usage;
};

// NULL without a guard.
extern struct spillway_slot *spillway_slots;

void spillway_take_use(const struct rusage *usage, struct spillway_use *use);

#endif
