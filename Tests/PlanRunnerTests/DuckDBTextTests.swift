import Connections
import DatabasePeers
import Foundation
import PlanRunner
import QueryPlans
import Testing

/// Plans that were read are held node by node against the boxes that DuckDB's program draws.
@Suite("DuckDB's plans against its own drawing", .enabled(if: DuckDBPeer.isInstalled))
struct DuckDBTextTests {
    /// A box: its first line, and the rows that it says it gave.
    private struct Box {
        var name: String
        var rows: Int?
    }

    /// The boxes of a drawing, row of boxes by row of boxes.
    private static func boxes(_ text: String) -> [Box] {
        // Frames with the query and the time stand above the tree.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.contains(" EXPLAIN_ANALYZE ") }.map(Array.init)
        var found: [Box] = []
        for (row, line) in lines.enumerated() {
            for left in line.indices where line[left] == "┌" {
                guard let right = line[left...].firstIndex(of: "┐") else { continue }
                var parts: [String] = []
                var below = row + 1
                while below < lines.count, lines[below].count > right, lines[below][left] != "└" {
                    let inside = String(lines[below][(left + 1)..<right])
                    parts.append(inside.trimmingCharacters(in: .whitespaces))
                    below += 1
                }
                let rows = parts.last { $0.hasSuffix(" rows") || $0.hasSuffix(" row") }
                let name = parts.first == "TABLE_SCAN" ? "SEQ_SCAN" : parts.first ?? ""
                found.append(
                    Box(name: name, rows: rows.flatMap { Int($0.filter(\.isNumber)) }))
            }
        }
        return found
    }

    /// What the program prints for a script on a database file.
    private static func output(_ file: String, _ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["duckdb", "-readonly", file, "-c", script]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test("every operator of TPC-H's queries, and the rows it gave, is the program's")
    func tpch() throws {
        let folder = NSTemporaryDirectory() + "spillway-duckdb-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/tpch.db"
        let writer = try ConnectionAddress.duckdb(path: file).open(
            ConnectionOptions(makesFile: true))
        try writer.execute(TPCH.script(.duckdb, orders: 1_500))
        writer.close()
        for query in TPCH.queries {
            let database = try ConnectionAddress.duckdb(path: file).open(
                ConnectionOptions(isReadOnly: true))
            // One thread, so that which rows are read before a LIMIT has enough is the same twice.
            try database.execute("set threads = 1")
            let plan = try PlanRun.plan(of: query, on: database, isAnalyzing: true)
            database.close()
            let text = try Self.output(file, "set threads = 1; explain analyze " + query)
            let drawn = Self.boxes(text)
            // Long names are cut in the drawing, and not every box tells its rows.
            var left = plan.nodes.map { node in
                Box(
                    name: String(node.operation.prefix(14)),
                    rows: node.actualRows.map { Int($0) })
            }
            #expect(left.count == drawn.count, "\(query)")
            for box in drawn.sorted(by: { ($0.rows ?? -1) > ($1.rows ?? -1) }) {
                let place = left.firstIndex {
                    $0.name == box.name.prefix(14) && (box.rows == nil || $0.rows == box.rows)
                }
                #expect(place != nil, "\(box.name) of \(box.rows ?? -1) rows: \(query)")
                if let place { left.remove(at: place) }
            }
        }
    }
}
