public import Connections
import JSONText
public import QueryPlans

/// Asks a database for the plan of a statement, and reads it.
public enum PlanRun {
    /// The plan of `statement`; with `isAnalyzing` it is run, and what it changes rolled back.
    ///
    /// - Throws: ``DatabaseError`` of the statement, ``PlanReadingError`` of its plan.
    public static func plan(
        of statement: String, on connection: any DatabaseConnection,
        parameters: [String: CellValue] = [:], isAnalyzing: Bool,
        cancellation: Cancellation = Cancellation()
    ) throws -> QueryPlan {
        let explanation = try connection.explain(
            statement, parameters: parameters, isAnalyzing: isAnalyzing, cancellation: cancellation)
        switch explanation {
        case .sqlite(let rows, let length, let measured):
            return sqlite(rows, length, measured, statement, connection)
        case .json(let bytes):
            let json: JSONValue
            do { json = try JSONValue(reading: bytes) } catch {
                throw PlanReadingError(what: "\(error.problem) at byte \(error.offset)")
            }
            return connection.engine == .duckdb
                ? try DuckDBPlanReader.read(json, query: statement)
                : try PostgresPlanReader.read(json, query: statement)
        }
    }

    private static func sqlite(
        _ rows: [Explanation.PlanRow], _ length: Int, _ measured: StatementSummary?,
        _ statement: String, _ connection: any DatabaseConnection
    ) -> QueryPlan {
        let lines = rows.map {
            SQLitePlanReader.Line(id: $0.id, parent: $0.parent, detail: $0.detail)
        }
        let figures = measured.map { summary in
            var counters = summary.counters.map { PlanNode.Fact($0.name, "\($0.value)") }
            counters.append(PlanNode.Fact("bytecode instructions", "\(length)"))
            return SQLitePlanReader.Measured(
                rows: Double(summary.rows), milliseconds: summary.elapsedSeconds * 1_000,
                counters: counters)
        }
        return SQLitePlanReader.read(
            lines, query: statement, statistics: statistics(connection), measured: figures)
    }

    /// What ANALYZE found; nothing where it was never run.
    private static func statistics(
        _ connection: any DatabaseConnection
    ) -> SQLitePlanReader.Statistics {
        var statistics = SQLitePlanReader.Statistics()
        let found = try? connection.rows("SELECT tbl, idx, stat FROM sqlite_stat1")
        for row in found ?? [] {
            guard row.count == 3, case .text(let table) = row[0], case .text(let stat) = row[2]
            else { continue }
            let numbers = stat.split(separator: " ").compactMap { Double($0) }
            if let rows = numbers.first { statistics.rows[table.lowercased()] = rows }
            if case .text(let index) = row[1] { statistics.indexes[index.lowercased()] = numbers }
        }
        return statistics
    }
}
