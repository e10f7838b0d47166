import CProcess
import Glibc

/// A child of this process in a process group of its own, waited for by one thread.
///
/// Started by ``BriefCommand`` without the machinery of Foundation's `Process`, whose threads and
/// copies of the environment cost more than the command of a wait that is looked at all day.
final class BriefProcess {
    private let pid: pid_t
    /// Readable once it has ended; negative where there are no more descriptors.
    private let watch: Int32
    private var status: Int32?

    init(pid: pid_t) {
        self.pid = pid
        watch = spillway_pidfd_open(pid)
    }

    deinit {
        if watch >= 0 { close(watch) }
    }

    /// Waits so many milliseconds at most; true once it has ended.
    func hasEnded(within milliseconds: Int32) -> Bool {
        if status != nil { return true }
        if watch >= 0 {
            var entry = pollfd(fd: watch, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, milliseconds) > 0 else { return false }
        }
        var found: Int32 = 0
        // Without a descriptor there is nothing to wait at but the end itself.
        let options = watch >= 0 ? WNOHANG : 0
        var result = waitpid(pid, &found, options)
        while result < 0, errno == EINTR { result = waitpid(pid, &found, options) }
        // Not to be had: then somebody else took it, and there is nothing more to wait for.
        if result != 0 { status = found }
        return status != nil
    }

    /// For it and all it started that is still in its group.
    func signalGroup(_ number: Int32) { kill(-pid, number) }

    /// Whether it or something that it started is still in its group.
    var isGroupThere: Bool { kill(-pid, 0) == 0 }

    /// How it ended, once it has.
    var outcome: BriefCommand.Outcome {
        let status = status ?? 0
        let number = status & 0x7F
        return number == 0
            ? .exited(code: (status >> 8) & 0xFF) : .signalled(number: number)
    }
}
