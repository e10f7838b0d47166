import Domain
import Foundation
import LogText
import Testing

@testable import LogFiles

/// A log in a folder of its own that is gone after the test.
final class TemporaryLog {
    let folder: URL
    let url: URL
    var path: String { url.path }

    init(_ bytes: [UInt8]? = []) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "spillway-logs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        url = folder.appending(path: "1.log")
        if let bytes { try write(bytes) }
    }

    convenience init(_ text: String) throws { try self.init(Array(text.utf8)) }

    deinit {
        do { try FileManager.default.removeItem(at: folder) } catch {
            Issue.record("the test's folder stays behind: \(error)")
        }
    }

    /// Writes the file anew in place: the same inode.
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: url) }
    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func append(_ text: String) throws { try append(Array(text.utf8)) }
    func append(_ bytes: [UInt8]) throws {
        let handle = try FileHandle(forWritingTo: url)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }

    func truncate(to size: UInt64) throws {
        let handle = try FileHandle(forWritingTo: url)
        try handle.truncate(atOffset: size)
        try handle.close()
    }

    func delete() throws { try FileManager.default.removeItem(at: url) }

    /// Moves the file away and puts another in its place, as log rotation does.
    func rotate(_ text: String) throws {
        try FileManager.default.moveItem(at: url, to: folder.appending(path: UUID().uuidString))
        try write(text)
    }

    func open(_ tuning: LogTuning = .standard) throws -> LogFile {
        try LogFile(
            path: path, clock: LogClock(reference: Instant(seconds: 1_767_312_000)),
            tuning: tuning)
    }
}

extension LogTuning {
    static let tiny: LogTuning = {
        var tuning = LogTuning()
        tuning.blockBytes = 7
        tuning.indexBlockBytes = 11
        tuning.chunkBlocks = 3
        tuning.chunksPerRound = 2
        tuning.worthSaving = 1
        tuning.searchChunkBytes = 13
        return tuning
    }()
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
