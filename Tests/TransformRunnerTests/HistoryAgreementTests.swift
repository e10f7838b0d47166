import Foundation
import Testing
import Transform
import TransformRunner

/// The `dbt` of ``DbtSession`` with dbt-duckdb, which knows strategies, schema changes and hard
/// deletes that dbt-sqlite does not.
enum DbtHistories {
    static let isInstalled =
        (try? run(["-c", "import duckdb, dbt.adapters.duckdb; print('here')"]))
        .map { String(decoding: $0, as: UTF8.self).contains("here") } ?? false

    struct Case: Decodable {
        var seed: Int
        var steps: [Step]
    }

    struct Step: Decodable {
        var files: [String: String]
        var arguments: [String]
        var statuses: [String: String]
        var tables: [String: Table]
    }

    struct Table: Decodable {
        var columns: [String]
        var rows: [[Cell]]
    }

    /// A value by what it means: 2 and 2.0, true and 1 are the same.
    enum Cell: Decodable {
        case null
        case number(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        var text: String {
            switch self {
            case .null: "NULL"
            case .number(let number): "\(number)"
            case .text(let text): DbtHistories.atMidnight(text)
            }
        }
    }

    /// A day is its midnight where the other side has a type for times.
    static func atMidnight(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return bytes.count == 10 && bytes[4] == 45 && bytes[7] == 45 ? text + " 00:00:00" : text
    }

    /// What `Measured/histories.py` prints for `seeds`.
    static func measured(_ seeds: [Int]) throws -> [Case] {
        let script = DbtSession.measured.appending(path: "histories.py").path
        return try JSONDecoder().decode(
            [Case].self, from: run([script] + seeds.map(String.init)))
    }

    private static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: try #require(DbtSession.python))
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return output
    }
}

@Suite(
    "Random projects whose data and models change become what dbt makes of them",
    .enabled(if: DbtSession.python != nil && DbtHistories.isInstalled))
struct HistoryAgreementTests {
    @Test("incremental strategies, schema changes and snapshots agree after every step")
    func histories() throws {
        for found in try DbtHistories.measured([329]) {
            let bench = try Bench()
            bench.profile = "duckdb"
            for (number, step) in found.steps.enumerated() {
                for (path, text) in step.files { bench.files[path] = text }
                let title = "seed \(found.seed), step \(number + 1)"
                let results = bench.run(
                    .build, full: step.arguments.contains("--full-refresh"),
                    now: "2026-01-0\(number + 1) 00:00:00")
                let statuses = Dictionary(
                    results.map { ($0.uniqueID, $0.status.rawValue) }, uniquingKeysWith: { $1 })
                let differing = Set(statuses.keys).union(step.statuses.keys).filter {
                    statuses[$0] != step.statuses[$0]
                }.map { "\($0): \(statuses[$0] ?? "-"), not \(step.statuses[$0] ?? "-")" }
                #expect(differing.sorted() == [], "\(title)")
                for (name, table) in step.tables { try compare(name, table, bench, title) }
            }
        }
    }

    /// Ids of rows hold the time of the run, and are made of texts that engines write differently.
    private func compare(
        _ name: String, _ table: DbtHistories.Table, _ bench: Bench, _ title: String
    ) throws {
        let found = try bench.database.query("select * from \"\(name)\"")
        #expect(found.columns == table.columns, "\(title) \(name)")
        let shown = table.columns.indices.filter { table.columns[$0] != "dbt_scd_id" }
        let expected = table.rows.map { row in
            shown.map { row[$0].text }.joined(separator: "|")
        }
        let own = found.rows.map { row in
            shown.map { $0 < row.count ? Self.text(row[$0]) : "-" }.joined(separator: "|")
        }
        #expect(own.sorted() == expected.sorted(), "\(title) \(name)")
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: return "NULL"
        case .int(let number): return "\(Double(number))"
        case .double(let number): return "\(number)"
        case .bool(let flag): return flag ? "1.0" : "0.0"
        case .blob(let bytes): return Digest.hex(bytes)
        case .text(let text):
            // The time of a run by the number of its step.
            if text.hasPrefix("2026-01-0"), text.utf8.count >= 19 {
                return "now \(text.dropFirst(9).prefix(1))"
            }
            return DbtHistories.atMidnight(text)
        }
    }
}
