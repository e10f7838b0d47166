public import Connections
import Foundation

/// A PostgreSQL server of our own in a temporary folder, without a port, gone with this process.
public final class PostgresServer: Sendable {
    public let folder: String
    /// Its connection URI.
    public let uri: String
    private let keeper: Process

    /// The server that all tests share; nil where PostgreSQL is not installed.
    public static let shared = try? PostgresServer()

    /// Whether the server's programs are there.
    public static let isInstalled = binaries != nil

    /// The folder of `initdb`: on PATH, or where `pg_config` says, or where Debian puts it.
    private static let binaries: String? = {
        let environment = ProcessInfo.processInfo.environment
        var folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let debian = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
        folders += versions.sorted().reversed().map { "\(debian)/\($0)/bin" }
        return folders.first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }()

    /// Makes and starts a server. It refuses to run as root, so then it is user `postgres`.
    public init() throws {
        guard let binaries = Self.binaries else { throw CocoaError(.fileNoSuchFile) }
        folder = "/tmp/spillway-pg-" + UUID().uuidString.prefix(8)
        uri = "postgresql:///postgres?host=\(folder)&user=postgres"
        let become = getuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : ""
        // The last `read` ends with this process, however it ends.
        let script = """
            set -e
            mkdir "$1"
            [ "$(id -u)" != 0 ] || chown postgres "$1"
            \(become) "$2/initdb" -D "$1/data" -U postgres -A trust -E UTF8 --locale=C >"$1.log" 2>&1
            \(become) "$2/pg_ctl" -D "$1/data" -w -l "$1/log" \
              -o "-F -k $1 -c listen_addresses='' -c autovacuum=off" start >>"$1.log" 2>&1
            echo ready
            read -r _ || true
            \(become) "$2/pg_ctl" -D "$1/data" -m immediate stop >>"$1.log" 2>&1 || true
            rm -rf "$1" "$1.log"
            """
        keeper = Process()
        keeper.executableURL = URL(filePath: "/bin/sh")
        keeper.arguments = ["-c", script, "sh", folder, binaries]
        keeper.currentDirectoryURL = URL(filePath: "/tmp")
        let output = Pipe()
        keeper.standardInput = Pipe()
        keeper.standardOutput = output
        try keeper.run()
        let line = try output.fileHandleForReading.read(upToCount: 5)
        guard line == Data("ready".utf8) else { throw CocoaError(.fileReadUnknown) }
    }

    deinit { try? (keeper.standardInput as? Pipe)?.fileHandleForWriting.close() }

    public func connect(
        _ options: ConnectionOptions = ConnectionOptions()
    ) throws -> any DatabaseConnection {
        try ConnectionAddress.postgresql(uri: uri).open(options)
    }
}

/// DuckDB's program.
public enum DuckDBPeer {
    /// Whether it is on PATH.
    public static let isInstalled: Bool = {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: $0 + "/duckdb")
        }
    }()
}
