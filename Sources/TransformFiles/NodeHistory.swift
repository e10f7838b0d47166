public import Domain
import Foundation
import Glibc
public import TransformHistory
import WholeFiles

/// The file that keeps what earlier runs of a project's nodes left: `node_history.jsonl` among its
/// artifacts.
public struct NodeHistory {
    /// Beyond so many bytes the oldest records go when something is added.
    private static let mostBytes = 4_000_000

    public let path: String

    /// - Parameter targetFolder: the folder of `run_results.json`.
    public init(targetFolder: String) { path = targetFolder + "/node_history.jsonl" }

    /// By node, oldest first; empty where nothing is kept.
    public var records: [String: [NodeRecord]] {
        FileManager.default.contents(atPath: path).map {
            NodeHistoryText.records(in: Array($0))
        } ?? [:]
    }

    /// Adds records. Several processes may do so at once: nodes of one pipeline do.
    ///
    /// - Throws: `NodeHistoryError` where the file takes no more.
    public func append(_ records: [NodeRecord]) throws(NodeHistoryError) {
        guard !records.isEmpty else { return }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        // The lock is a file of its own: the history may be put in its place anew.
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw NodeHistoryError(path: path) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX) == 0 else { throw NodeHistoryError(path: path) }
        let old = size
        if old > Self.mostBytes, let bytes = FileManager.default.contents(atPath: path) {
            let text = NodeHistoryText.shortened(Array(bytes)) + NodeHistoryText.text(of: records)
            do {
                try DraftFile.write(text, to: path)
            } catch {
                throw NodeHistoryError(path: path)
            }
            return
        }
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw NodeHistoryError(path: path) }
        defer { close(file) }
        // A line that a crash cut must not swallow the first of ours.
        var text = NodeHistoryText.text(of: records)
        if old > 0, !endsWithLine { text = "\n" + text }
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(file, $0.baseAddress.map { $0 + sent }, bytes.count - sent)
            }
            guard count > 0 else { throw NodeHistoryError(path: path) }
            sent += count
        }
    }

    private var size: Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    private var endsWithLine: Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return true }
        defer { close(file) }
        var byte: UInt8 = 10
        guard lseek(file, -1, SEEK_END) >= 0, read(file, &byte, 1) == 1 else { return true }
        return byte == 10
    }
}

/// The history takes no more.
public struct NodeHistoryError: UserFacingError, Hashable {
    public var path: String
    public var problem: String { "The history '\(path)' cannot be written." }
    public var remedy: String { "Check the permissions of the target folder and the free space." }
}
