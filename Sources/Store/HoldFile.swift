public import Domain
import Glibc
import WholeFiles

/// Which pools launch nothing at present though they may have slots: told by the owner of a state
/// folder, for all who look at tasks that wait. Of no use once its times are over.
public struct HoldFile: Hashable, Sendable {
    public let path: String

    private static let sizeLimit = 1 << 20

    public init(_ folder: StateFolder) { path = folder.path + "/holds" }

    /// Puts these in the place of what was told. A disk without room for it changes nothing else.
    public func write(_ holds: [PoolName: PoolHold]) {
        var text = ""
        for (pool, hold) in holds.sorted(by: { $0.key < $1.key }) {
            switch hold {
            case .rate(let until): text += "r \(until.microseconds) \(pool.name)\n"
            case .circuit(let until): text += "c \(until.microseconds) \(pool.name)\n"
            case .probe: text += "p 0 \(pool.name)\n"
            }
        }
        try? DraftFile.write(Array(text.utf8), to: path)
    }

    public func remove() { unlink(path) }

    /// What was told last; empty where nothing was. Lines that are none of ours are passed over.
    public func read() -> [PoolName: PoolHold] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return [:] }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_size <= Self.sizeLimit, status.st_size > 0 else {
            return [:]
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count > 0 else { return [:] }
        var holds: [PoolName: PoolHold] = [:]
        for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, let time = Int64(parts[1]) else { continue }
            let (pool, until) = (PoolName(String(parts[2])), Instant(microseconds: time))
            switch parts[0] {
            case "r": holds[pool] = .rate(until: until)
            case "c": holds[pool] = .circuit(until: until)
            case "p": holds[pool] = .probe
            default: continue
            }
        }
        return holds
    }
}
