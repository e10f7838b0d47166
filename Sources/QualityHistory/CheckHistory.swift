public import Domain
import Foundation
import JSONText
public import Quality

/// The file that keeps what earlier runs of a suite found: `.spillway/checks/SUITE.jsonl`.
public struct CheckHistory {
    public let path: String

    /// - Parameter folder: the project's; its state folder holds the history.
    public init(suite: String, folder: String = ".") {
        let safe = String(
            suite.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "_" })
        path = folder + "/.spillway/checks/" + safe + ".jsonl"
    }

    /// Whether the project has a state folder already: only then, or where it is asked for, a
    /// history is kept.
    public static func hasFolder(in folder: String = ".") -> Bool {
        FileManager.default.fileExists(atPath: folder + "/.spillway")
    }

    /// Oldest first; empty where nothing is kept.
    public var records: [CheckRecord] {
        FileManager.default.contents(atPath: path).map { CheckRecord.all(in: Array($0)) } ?? []
    }

    /// Appends a record; the folder is made with mode 0700, the file with 0600.
    public func append(_ record: CheckRecord) throws {
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        if !FileManager.default.fileExists(atPath: path) {
            guard
                FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw HistoryError(path: path) }
        }
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        defer { handle.closeFile() }
        _ = try handle.seekToEnd()
        try handle.write(contentsOf: Data((record.json.text + "\n").utf8))
    }
}

/// The history takes no more.
public struct HistoryError: UserFacingError {
    public var path: String
    public var problem: String { "The history '\(path)' cannot be written." }
    public var remedy: String { "Check the permissions of the state folder." }
}
