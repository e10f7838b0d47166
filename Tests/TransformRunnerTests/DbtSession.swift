import Foundation
import Testing

/// The program `dbt`, where it is installed with dbt-sqlite beside its `python3`.
///
/// One process serves all tests: starting it takes longer than most of its work.
actor DbtSession {
    static let shared = DbtSession()

    /// The interpreter that can import it.
    static let python: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let found = folders.map(String.init).first {
            FileManager.default.isExecutableFile(atPath: $0 + "/dbt")
        }
        return found.map { $0 + "/python3" }.flatMap {
            FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil
        }
    }()

    static let measured = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Measured")

    struct Answer: Decodable {
        var ok: Bool
        /// What `ls` lists.
        var items: [String]
    }

    private struct Running {
        var process: Process
        var input: FileHandle
        var output: FileHandle
    }

    private var running: Running?
    private var unread = Data()

    /// Runs one command on the project in `folder`.
    @discardableResult
    func run(_ arguments: [String], in folder: String) throws -> Answer {
        let session = try started()
        let all =
            arguments + [
                "--project-dir", folder, "--profiles-dir", folder, "--target-path",
                folder + "/target", "--log-path", folder + "/logs",
            ]
        try session.input.write(contentsOf: JSONEncoder().encode(all) + Data([10]))
        while true {
            if let end = unread.firstIndex(of: 10) {
                let line = unread[unread.startIndex..<end]
                defer { unread = Data(unread[unread.index(after: end)...]) }
                return try JSONDecoder().decode(Answer.self, from: Data(line))
            }
            let bytes = session.output.availableData
            try #require(!bytes.isEmpty, "dbt ended")
            unread += bytes
        }
    }

    private func started() throws -> Running {
        if let running { return running }
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.python))
        process.arguments = [Self.measured.appending(path: "dbt_session.py").path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let session = Running(
            process: process, input: input.fileHandleForWriting,
            output: output.fileHandleForReading)
        running = session
        return session
    }
}
