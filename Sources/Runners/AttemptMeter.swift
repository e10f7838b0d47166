import CProcess
import Domain

/// Adds up what the processes of one attempt use.
///
/// A process takes over what its children used when it waits for them, so those that are alive now and
/// those that were reaped here hold all there is between them.
struct AttemptMeter {
    /// Of processes that were reaped by this one.
    private var reaped = ResourceUse()
    private var isMeasured = false
    /// The most that was ever seen: what a process used that nobody waited for stays in it.
    private var most = ResourceUse()
    /// Those of the last look, by pid.
    private(set) var members: [Int32: UInt64] = [:]

    /// Nil until something is known.
    var use: ResourceUse? { isMeasured ? most : nil }

    mutating func add(reaped use: spillway_use) {
        reaped = reaped + ResourceUse(use)
        most = most.joined(reaped)
        isMeasured = true
    }

    /// Takes in all processes of the attempt that are alive now, and the memory that they have.
    mutating func take(_ processes: [ProcessSample], memory: Int64) {
        guard !processes.isEmpty else { return }
        var now = reaped
        for process in processes { now = now + process.use }
        now.peakMemory = memory
        most = most.joined(now)
        isMeasured = true
        members = Dictionary(
            processes.map { ($0.pid, $0.startTicks) }, uniquingKeysWith: { $1 })
    }
}

extension ResourceUse {
    init(_ use: spillway_use) {
        self.init(
            userTime: Span(microseconds: use.user_us),
            systemTime: Span(microseconds: use.system_us),
            peakMemory: use.peak_bytes > 0 ? use.peak_bytes : nil, readBytes: use.read_bytes,
            writtenBytes: use.written_bytes)
    }
}
