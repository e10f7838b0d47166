import Domain
import Foundation
import Testing
import Transform
import TransformFiles
import TransformRunner

/// The shared project `harbor`, found beside the work tree; without it these tests cannot run.
enum Harbor {
    static let shared = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/dbt")
    static var isThere: Bool { FileManager.default.fileExists(atPath: shared.path) }
}

@Suite("harbor gives dbt's tables and node states", .enabled(if: Harbor.isThere))
struct HarborTests {
    struct Expected: Decodable {
        struct Table: Decodable {
            var columns: [String]
            var rows: Int
            var sha256: String
            var type: String
        }
        struct Node: Decodable, Hashable {
            var unique_id: String
            var status: String
            var failures: Int?
        }
        var tables: [String: Table]
        var node_results: [Node]
    }

    @Test("all four steps agree: every table's hash, every node's status")
    func steps() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "harbor-\(UUID().uuidString)")
        try FileManager.default.copyItem(
            at: Harbor.shared.appending(path: "harbor"), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "out.db").path
        func run(_ command: RunCommand, isFullRefresh: Bool = false) throws -> [NodeResult] {
            var options = TransformOptions()
            options.command = command.rawValue
            options.isFullRefresh = isFullRefresh
            let files = ProjectFiles.onDisk(folder.path)
            let project = TransformProject.load(files, options: options)
            #expect(project.problems == [])
            var settings = RunSettings(command: command, now: "2026-01-02 03:04:05")
            settings.isFullRefresh = isFullRefresh
            let run = TransformRun(
                project: project, files: files, database: try SQLiteDatabase(path: path),
                settings: settings, clock: { 0 })
            let results = run.run()
            run.finish()
            for result in results where result.status == .error {
                Issue.record("\(result.uniqueID): \(result.message ?? "")")
            }
            return results
        }
        _ = try run(.seed)
        let built = try run(.build)
        #expect(
            RunSummary(built).text == "PASS=37 WARN=4 ERROR=1 SKIP=1 NO-OP=1 TOTAL=44")
        try compare(built, path, step: 1)
        try compare(try run(.run), path, step: 2)
        for name in ["raw_calls", "raw_containers", "raw_ports", "raw_vessels"] {
            let target = folder.appending(path: "seeds/\(name).csv")
            try FileManager.default.removeItem(at: target)
            try FileManager.default.copyItem(
                at: folder.appending(path: "seeds_batch2/\(name).csv"), to: target)
        }
        _ = try run(.seed)
        _ = try run(.build)
        _ = try run(.run)
        try compare(try run(.test), path, step: 3)
        _ = try run(.seed)
        try compare(try run(.run, isFullRefresh: true), path, step: 4)
        let audit = try SQLiteDatabase(path: path).count("select count(*) from main.run_audit")
        #expect(audit == 9)
    }

    private func compare(_ results: [NodeResult], _ path: String, step: Int) throws {
        let file = Harbor.shared.appending(path: "expected/harbor-step\(step).json")
        let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
        let nodes = results.map {
            Expected.Node(
                unique_id: $0.uniqueID, status: $0.status.rawValue, failures: $0.failures)
        }.sorted { $0.unique_id < $1.unique_id }
        let wanted = expected.node_results.sorted { $0.unique_id < $1.unique_id }
        #expect(nodes.map(\.unique_id) == wanted.map(\.unique_id))
        for (got, want) in zip(nodes, wanted) { #expect(got == want, "step \(step)") }
        let database = try SQLiteDatabase(path: path)
        for (name, table) in expected.tables.sorted(by: { $0.key < $1.key }) {
            let result = try database.query("select * from main.\(SQLText.quoted(name))")
            #expect(result.columns == table.columns, "step \(step) \(name)")
            #expect(result.rows.count == table.rows, "step \(step) \(name)")
            #expect(Self.hash(result, name: name) == table.sha256, "step \(step) \(name)")
        }
    }

    /// The hash of the reference: see the README beside the expected files.
    private static func hash(_ table: QueryTable, name: String) -> String {
        let volatile: Set = ["dbt_updated_at", "dbt_valid_from", "dbt_scd_id"]
        let isVolatile = name == "ports_snapshot"
        let lines = table.rows.map { row in
            zip(table.columns, row).compactMap { column, value -> String? in
                if isVolatile, volatile.contains(column) { return nil }
                if isVolatile, column == "dbt_valid_to" { return value == .null ? "0" : "1" }
                switch value {
                case .null: return "\\N"
                case .int(let number): return "\(number)"
                case .double(let number): return String(format: "%.6f", number)
                case .text(let text): return text
                case .blob(let bytes): return "x" + Digest.hex(bytes)
                case .bool(let flag): return "\(flag)"
                }
            }.joined(separator: "\t")
        }.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        return Digest.hex(Digest.sha256(lines.map { $0 + "\n" }.joined().utf8))
    }
}
