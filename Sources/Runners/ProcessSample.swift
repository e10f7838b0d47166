import Domain
import Glibc

/// What the kernel tells of a process's place and of what it uses.
struct ProcessSample {
    var pid: Int32
    var parent: Int32
    var group: Int32
    var session: Int32
    var startTicks: UInt64
    /// With all its children that it waited for; without ``readDetails()`` no bytes.
    var use: ResourceUse
    /// Bytes in memory, those it shares with others included.
    var residentBytes: Int64

    private static let tick = 1_000_000 / Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    private static let page = Int64(max(1, sysconf(Int32(_SC_PAGESIZE))))

    /// Reads `/proc/PID/stat`; nil where there is no such process, or it has ended. The fields are
    /// those of proc(5); the name in parentheses may hold anything, so they count from its last `)`.
    init?(pid: Int32) {
        guard let bytes = readSmallFile("/proc/\(pid)/stat", limit: 1_024),
            let end = bytes.lastIndex(of: UInt8(ascii: ")")), end + 2 < bytes.count
        else { return nil }
        let state = bytes[end + 2]
        guard state != UInt8(ascii: "Z"), state != UInt8(ascii: "X") else { return nil }
        var fields: [Int64] = []
        fields.reserveCapacity(24)
        var (number, isNegative, hasDigits) = (Int64(0), false, false)
        for byte in bytes[(end + 3)...] {
            switch byte {
            case 48...57:
                number = number &* 10 &+ Int64(byte - 48)
                hasDigits = true
            case UInt8(ascii: "-"): isNegative = true
            default:
                if hasDigits { fields.append(isNegative ? -number : number) }
                (number, isNegative, hasDigits) = (0, false, false)
            }
            // Behind the resident pages nothing is wanted.
            if fields.count == 21 { break }
        }
        guard fields.count == 21 else { return nil }
        self.pid = pid
        parent = Int32(truncatingIfNeeded: fields[0])
        group = Int32(truncatingIfNeeded: fields[1])
        session = Int32(truncatingIfNeeded: fields[2])
        startTicks = UInt64(bitPattern: fields[18])
        use = ResourceUse(
            userTime: Span(microseconds: (fields[10] &+ fields[12]) &* Self.tick),
            systemTime: Span(microseconds: (fields[11] &+ fields[13]) &* Self.tick))
        residentBytes = fields[20] &* Self.page
    }

    /// Adds the bytes that it read from storage and wrote there.
    mutating func readDetails() {
        guard let bytes = readSmallFile("/proc/\(pid)/io", limit: 1_024) else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let count = Int64(parts[1]) else { continue }
            switch parts[0] {
            case "read_bytes:": use.readBytes = count
            case "write_bytes:": use.writtenBytes = count
            default: break
            }
        }
    }

    /// Bytes in memory, of those it shares with others its part; nil where the kernel does not tell.
    /// Takes the kernel about a millisecond a GiB.
    var proportionalBytes: Int64? {
        guard let bytes = readSmallFile("/proc/\(pid)/smaps_rollup", limit: 4_096) else {
            return nil
        }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("Pss:") {
            let parts = line.split(separator: " ")
            return parts.count > 1 ? Int64(parts[1]).map { $0 * 1_024 } : nil
        }
        return nil
    }
}
