import Domain
import Glibc
public import SchedulerCore

/// What the kernel tells of one process.
struct ProcessStatus {
    var pid: Int32
    var parent: Int32
    var group: Int32
    var session: Int32
    var startTicks: UInt64
    var isZombie: Bool

    /// Reads `/proc/PID/stat`; nil where there is no such process. The fields are those of
    /// proc(5); the name in parentheses may hold anything, so they count from its last `)`.
    init?(pid: Int32) {
        guard let bytes = readSmallFile("/proc/\(pid)/stat", limit: 1_024),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19,
            let parent = Int32(String(decoding: fields[1], as: UTF8.self)),
            let group = Int32(String(decoding: fields[2], as: UTF8.self)),
            let session = Int32(String(decoding: fields[3], as: UTF8.self)),
            let ticks = UInt64(String(decoding: fields[19], as: UTF8.self))
        else { return nil }
        self.pid = pid
        self.parent = parent
        self.group = group
        self.session = session
        startTicks = ticks
        isZombie = fields[0].first == UInt8(ascii: "Z") || fields[0].first == UInt8(ascii: "X")
    }
}

/// Looks processes up in `/proc`.
public enum ProcessTable {
    /// The id of this boot, empty where the kernel does not tell.
    public static let bootID: String = {
        let bytes = readSmallFile("/proc/sys/kernel/random/boot_id", limit: 64) ?? []
        return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
    }()

    /// Who `pid` is now; nil where there is no such process.
    public static func identity(of pid: Int32) -> ProcessIdentity? {
        ProcessStatus(pid: pid).map {
            ProcessIdentity(pid: pid, startTicks: $0.startTicks, bootID: bootID)
        }
    }

    /// Whether the very process `identity` names is still running; a zombie is not.
    public static func isAlive(_ identity: ProcessIdentity) -> Bool {
        guard identity.bootID == bootID, let status = ProcessStatus(pid: identity.pid) else {
            return false
        }
        return status.startTicks == identity.startTicks && !status.isZombie
    }

    /// Whether the process that had the number `pid` at an instant still has it, be it as a zombie.
    static func isThere(_ pid: Int32, since instant: Instant) -> Bool {
        guard let status = ProcessStatus(pid: pid) else { return false }
        let ticks = Int64(clamping: status.startTicks)
        let age = SystemClock.sinceBoot().microseconds - ticks * 1_000_000 / ticksPerSecond
        // Starts are told in hundredths of a second.
        return SystemClock.now().microseconds - age <= instant.microseconds + 20_000
    }

    private static let ticksPerSecond = Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))

    /// The living processes that carry `token` in the environment they were started with. Reads
    /// all of `/proc`.
    public static func processes(withToken token: String) -> [ProcessIdentity] {
        allPIDs().filter { hasToken($0, token) }.compactMap { pid in
            ProcessStatus(pid: pid).flatMap { status in
                status.isZombie
                    ? nil
                    : ProcessIdentity(
                        pid: pid, startTicks: status.startTicks, bootID: bootID)
            }
        }
    }

    /// The living process that carries `token`; the oldest one that leads its group comes first, which
    /// is the attempt's shell. Reads all of `/proc`.
    static func leader(withToken token: String) -> Int32? {
        let found = processes(withToken: token).sorted { $0.startTicks < $1.startTicks }
        return (found.first { isLeader($0.pid) } ?? found.first)?.pid
    }

    /// Whether the process leads its group, as an attempt's shell does.
    static func isLeader(_ pid: Int32) -> Bool { ProcessStatus(pid: pid)?.group == pid }

    /// The living processes of an attempt: those of the group and the session that `leader` leads,
    /// all descendants of these, and whoever carries `token`. Reads all of `/proc`.
    static func members(of leader: Int32, token: String) -> [Int32] {
        let all = allPIDs().compactMap { ProcessStatus(pid: $0) }
        var children: [Int32: [Int32]] = [:]
        for status in all { children[status.parent, default: []].append(status.pid) }
        let own = getpid()
        var found: Set<Int32> = []
        var stack = all.filter { status in
            status.pid == leader || status.group == leader || status.session == leader
                || (status.pid != own && hasToken(status.pid, token))
        }.map(\.pid)
        while let pid = stack.popLast() {
            guard pid != own, found.insert(pid).inserted else { continue }
            stack += children[pid] ?? []
        }
        return all.filter { !$0.isZombie && found.contains($0.pid) }.map(\.pid)
    }

    /// Whether the process was started with `token` in its environment.
    static func hasToken(_ pid: Int32, _ token: String) -> Bool {
        guard let bytes = readSmallFile("/proc/\(pid)/environ", limit: 1 << 18) else {
            return false
        }
        let wanted = Array("SPILLWAY_TOKEN=\(token)".utf8)
        return bytes.split(separator: 0).contains { $0.elementsEqual(wanted) }
    }

    /// The children of a process's first thread; empty where the kernel does not tell.
    static func children(of pid: Int32) -> [Int32] {
        guard let bytes = readSmallFile("/proc/\(pid)/task/\(pid)/children", limit: 1 << 16) else {
            return []
        }
        return bytes.split(separator: UInt8(ascii: " ")).compactMap {
            Int32(String(decoding: $0, as: UTF8.self))
        }
    }

    static func allPIDs() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var pids: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let pid = Int32(name) { pids.append(pid) }
        }
        return pids
    }
}

/// The bytes of a file of the kernel, at most `limit`; nil where it cannot be read.
func readSmallFile(_ path: String, limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: min(limit, 4_096))
    var length = 0
    while true {
        if length == bytes.count {
            guard length < limit else { break }
            bytes += [UInt8](repeating: 0, count: min(limit - length, length))
        }
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { read(file, $0 + length, buffer.count - length) } ?? 0
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        length += count
    }
    return Array(bytes.prefix(length))
}
