import Domain
import Foundation
import Glibc
import Transform
import TransformRunner

/// Writes the OpenLineage events of a run: to a file, one a line, or to a server.
final class LineageLog {
    private enum Place {
        case file(FileHandle)
        case server(LineagePost)
    }

    private let events: OpenLineageEvents
    private let place: Place
    /// A server that fails is told of once: it must not stop a build.
    private var hasComplained = false
    private var began = SystemClock.now()
    private var failed = 0

    /// Opens `target`, a file or a URL, and writes the command's START.
    ///
    /// - Throws: where the file cannot be written.
    init(
        target: String, _ loaded: LoadedProject, database: any RunDatabase,
        command: TransformRunner.RunCommand
    )
        throws
    {
        if let post = LineagePost(target) {
            place = .server(post)
        } else {
            if !FileManager.default.fileExists(atPath: target) {
                guard FileManager.default.createFile(atPath: target, contents: nil) else {
                    throw LineageFileError(path: target)
                }
            }
            let handle = try FileHandle(forWritingTo: URL(filePath: target))
            _ = try handle.seekToEnd()
            place = .file(handle)
        }
        events = OpenLineageEvents(
            loaded.project,
            lineage: ProjectLineage(
                reading: loaded.project, files: loaded.files, database: database),
            host: ProcessInfo.processInfo.hostName, database: database.path,
            runID: Self.identifier(at: began), command: command)
        try write([events.command("START", at: began.iso8601)])
    }

    /// Writes what came of a node.
    func note(_ result: NodeResult) throws {
        let now = SystemClock.now()
        let start = Instant(microseconds: now.microseconds - Int64(result.seconds * 1e6))
        if [.error, .fail, .partialSuccess].contains(result.status) { failed += 1 }
        try write(
            events.node(
                result, began: start.iso8601, ended: now.iso8601, runID: Self.identifier(at: start))
        )
    }

    /// Writes how the command ended.
    func end() throws {
        let message = failed > 0 ? "\(failed) nodes failed" : nil
        try write([
            events.command(
                failed > 0 ? "FAIL" : "COMPLETE", at: SystemClock.now().iso8601, message: message)
        ])
        if case .file(let handle) = place { try handle.close() }
    }

    private func write(_ lines: [String]) throws {
        switch place {
        case .file(let handle):
            for line in lines { try handle.write(contentsOf: Data((line + "\n").utf8)) }
        case .server(let post):
            do {
                for line in lines where !hasComplained { try post.send(line) }
            } catch {
                hasComplained = true
                Console.complain(error)
            }
        }
    }

    /// A UUID of version 7: the time in milliseconds, then random bits.
    private static func identifier(at time: Instant) -> String {
        let milliseconds = UInt64(max(0, time.microseconds / 1_000))
        var bytes = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (8 * (5 - $0))) }
        bytes += (0..<10).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = Digest.hex(bytes)
        var parts: [String] = []
        var rest = hex[...]
        for count in [8, 4, 4, 4, 12] {
            parts.append(String(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return parts.joined(separator: "-")
    }
}
