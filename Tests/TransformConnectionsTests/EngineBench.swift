import Connections
import DatabasePeers
import Domain
import Foundation
import Testing
import Transform
import TransformConnections
import TransformFiles
import TransformRunner

/// One project on one engine, in a folder of its own.
final class EngineBench {
    let dialect: SQLDialect
    let folder: URL
    private let database: any RunDatabase
    private let profile: String

    init(_ dialect: SQLDialect) throws {
        self.dialect = dialect
        folder = FileManager.default.temporaryDirectory
            .appending(path: "engines-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        switch dialect {
        case .sqlite:
            profile = "type: sqlite, schema: main"
            database = try SQLiteDatabase(path: folder.appending(path: "out.db").path)
            return
        case .duckdb: profile = "type: duckdb, path: out.duckdb, schema: main"
        case .postgres:
            let server = try #require(PostgresServer.shared)
            let name = "bench_" + UUID().uuidString.replacing("-", with: "").lowercased()
            try server.connect().execute("create database \(name)")
            profile =
                "type: postgres, host: \(server.folder), user: postgres, dbname: \(name), "
                + "schema: main"
        }
        let text = Self.text(profile)
        let empty = TransformProject.load(
            ProjectFiles(["dbt_project.yml": "name: p\nprofile: p\n", "profiles.yml": text]))
        let place = folder
        database = try TargetConnection(empty, file: nil) { place.appending(path: $0).path }
            .open(waitSeconds: 5)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static func text(_ profile: String) -> String {
        "p: {target: t, outputs: {t: {\(profile), threads: 1}}}\n"
    }

    func write(_ text: String, to path: String) throws {
        let place = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: place)
    }

    @discardableResult
    func run(
        _ command: RunCommand, full: Bool = false, now: String = "2026-01-02 03:04:05"
    ) -> [NodeResult] {
        var options = TransformOptions()
        options.command = command.rawValue
        options.isFullRefresh = full
        options.profiles = Array(Self.text(profile).utf8)
        options.profile = "p"
        let files = ProjectFiles.onDisk(folder.path)
        let project = TransformProject.load(files, options: options)
        for problem in project.problems { Issue.record("\(problem.problem)") }
        #expect(project.dialect == dialect)
        var settings = RunSettings(command: command, now: now)
        settings.isFullRefresh = full
        let run = TransformRun(
            project: project, files: files, database: database, settings: settings,
            clock: { 0 })
        defer { run.finish() }
        return run.run()
    }

    /// The rows of a query as texts in order, numbers and truth values alike on every engine.
    func rows(_ sql: String) throws -> [String] {
        try database.query(sql).rows.map { row in
            row.map(Self.text).joined(separator: "|")
        }.sorted()
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .int(let number): String(format: "%.6f", Double(number))
        case .double(let number): String(format: "%.6f", number)
        case .bool(let flag): flag ? "1.000000" : "0.000000"
        case .text(let text): text
        case .blob(let bytes): Digest.hex(bytes)
        }
    }

    /// The relations of the target's schema.
    func relations() throws -> [String] {
        dialect == .sqlite
            ? try rows(
                "select name from sqlite_master where type in ('table', 'view') "
                    + "and name not like 'spillway%'")
            : try rows(
                "select table_name from information_schema.tables where table_schema = 'main' "
                    + "and table_name not like 'spillway%'")
    }

    func sqlName(_ name: String) -> String {
        dialect == .sqlite ? "main.\(SQLText.quoted(name))" : "main." + SQLText.quoted(name)
    }

    /// The engines besides SQLite that are installed here.
    static var others: [SQLDialect] {
        (DuckDBPeer.isInstalled ? [.duckdb] : [])
            + (PostgresServer.isInstalled ? [.postgres] : [])
    }
}
