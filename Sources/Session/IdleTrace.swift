import Glibc

/// Tells a test when the workbench has nothing left to do, so that it need not wait by the clock.
///
/// Switched on by `SPILLWAY_IDLE_TRACE=FILE`: a line `idle N keys K` is appended each time the loop
/// goes to sleep with no frame due, no message queued and no effect under way; K keys were taken in
/// by then, so that whoever presses keys knows whether the last one is among them.
final class IdleTrace {
    private let descriptor: Int32
    private var count = 0

    /// Nil where the variable is not set or the file cannot be written.
    init?(path: String?) {
        guard let path else { return nil }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func idle(afterKeys keys: Int) {
        count += 1
        let line = Array("idle \(count) keys \(keys)\n".utf8)
        _ = write(descriptor, line, line.count)
    }
}
