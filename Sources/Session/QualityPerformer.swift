import Connections
import Domain
import Foundation
import JSONText
import PipelineFiles
import Quality
import QualityConnections
import QualityHistory
import QualityPanes
import QualityRunner
import Workbench
import Workspace

/// Performs the effects of the quality pane, once all pipelines are read.
struct QualityPerformer: Sendable {
    private let host: WorkspaceHost

    init(host: WorkspaceHost) { self.host = host }

    /// The answer. Throws a `UserFacingError` where it could not be done.
    func answer(to effect: QualityDesk.Effect) async throws -> QualityDesk.Answer {
        try QualityWork(workspace: await host.pipelines.all()).answer(to: effect)
    }
}

/// Finds suites, checks by them, fetches failing rows.
private struct QualityWork {
    let workspace: Workspace

    func answer(to effect: QualityDesk.Effect) throws -> QualityDesk.Answer {
        switch effect {
        case .list: return .listed(suites())
        case .check(let target): return try check(target)
        case .rows(let target, let index, let table, let predicate):
            let found =
                switch try open(target) {
                case .sqlite(let database, _):
                    try QualityRun.rows(
                        of: table, where: predicate, limit: FailingRows.most, on: database)
                case .other(let database, _):
                    try QualityRun.rows(
                        of: table, where: predicate, limit: FailingRows.most, on: database)
                }
            return .rows(
                target, FailingRows(index: index, columns: found.columns, rows: found.rows))
        }
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : workspace.root + "/" + path
    }

    // MARK: Suites

    /// What pipelines check, then the other suites of `checks/`.
    private func suites() -> [SuiteRow] {
        var targets: [SuiteTarget] = []
        for pipeline in workspace.entries.compactMap(\.known) {
            for task in pipeline.tasks {
                guard case .check(let check) = task.action else { continue }
                let only = pipeline.connections.count == 1 ? pipeline.connections[0].name : nil
                let target = SuiteTarget(
                    path: check.suite,
                    connection: check.csv == nil ? (check.connection ?? only)?.name : nil,
                    csv: check.csv, table: check.table)
                let isTemplate = [check.suite, check.csv ?? "", check.table ?? ""].contains {
                    $0.contains("{{")
                }
                if !isTemplate, !targets.contains(target) { targets.append(target) }
            }
        }
        let names =
            (try? FileManager.default.contentsOfDirectory(atPath: absolute("checks"))) ?? []
        let only =
            workspace.settings.connections.count == 1 ? workspace.settings.connections[0] : nil
        for name in names.sorted()
        where [".yml", ".yaml", ".json"].contains(where: { name.hasSuffix($0) })
            && !name.contains(".odcs.")
        {
            let path = "checks/" + name
            if !targets.contains(where: { $0.path == path }) {
                var target = SuiteTarget(path: path, connection: only?.name.name)
                if let csv = try? read(target).0?.csv {
                    // Its own file, whatever connections there are.
                    (target.connection, target.csv) = (nil, csv)
                }
                targets.append(target)
            }
        }
        return targets.map(row)
    }

    private func row(_ target: SuiteTarget) -> SuiteRow {
        do {
            let (suite, problems) = try read(target)
            let wrong = problems.first { $0.severity == .error }
            guard let suite else {
                return SuiteRow(name: target.path, target: target, problem: wrong?.problem)
            }
            return SuiteRow(
                name: suite.name == "suite" ? target.path : suite.name,
                target: target, count: suite.entries.count, problem: wrong?.problem,
                history: CheckHistory(suite: suite.name, folder: workspace.root).records)
        } catch {
            return SuiteRow(name: target.path, target: target, problem: error.message)
        }
    }

    private func read(_ target: SuiteTarget) throws(QueryFailure) -> (Suite?, [SourceProblem]) {
        SuiteReader.read(
            try QualityRun.bytes(ofFile: absolute(target.path)), file: target.path)
    }

    // MARK: Checking

    private func check(_ target: SuiteTarget) throws -> QualityDesk.Answer {
        let (read, problems) = try read(target)
        guard let suite = read else {
            throw QualityPaneError(
                problem: problems.first?.problem ?? "'\(target.path)' is no suite.",
                remedy: problems.first?.remedy ?? "Write 'expectations:' with a list.")
        }
        let report: CheckReport
        let table: String
        var rows: Int?
        switch try open(target) {
        case .sqlite(let database, let name):
            table = name
            report = try QualityRun.check(suite, table: name, on: database)
            rows = try Self.count(report.table, on: database)
        case .other(let database, let name):
            table = name
            report = try QualityRun.check(suite, table: name, on: database)
            rows = try Self.count(report.table, on: database)
        }
        let history = CheckHistory(suite: suite.name, folder: workspace.root)
        try history.append(
            CheckRecord(
                report, at: Clock.now().iso8601, table: table, rowCount: rows))
        return .checked(target, report, history: history.records)
    }

    private static func count(
        _ table: String, on database: borrowing some CheckDatabase
    ) throws(QueryFailure) -> Int? {
        let rows = try database.rows("SELECT count(*) FROM \(table)")
        guard let found = rows.first?.first, case .integer(let count) = found else { return nil }
        return Int(count)
    }

    /// The data of a suite, open, and the table's name.
    private enum Place {
        case sqlite(SQLiteDatabase, String)
        case other(ConnectedDatabase, String)
    }

    private func open(_ target: SuiteTarget) throws -> Place {
        let suite = try read(target).0
        if let csv = target.csv ?? (target.connection == nil ? suite?.csv : nil) {
            // From the folder of the project, or from the suite's own.
            let path =
                csv.hasPrefix("/")
                ? csv
                : URL(filePath: absolute(target.path)).deletingLastPathComponent().path + "/" + csv
            let file = FileManager.default.fileExists(atPath: absolute(csv)) ? absolute(csv) : path
            let database = try SQLiteDatabase(path: ":memory:", mode: .write)
            let name = target.table ?? suite?.table ?? "data"
            _ = try CSVLoader.load(
                try QualityRun.bytes(ofFile: file), file: csv, into: database, table: name,
                types: suite?.columnTypes ?? [:], textColumns: suite?.textColumns ?? [])
            return .sqlite(database, name)
        }
        guard let table = target.table ?? suite?.table else {
            throw QualityPaneError(
                problem: "The suite '\(target.path)' names no table.",
                remedy: "Add 'table: NAME' to it.")
        }
        guard let name = target.connection else {
            throw QualityPaneError(
                problem: "Nothing says where the data of '\(target.path)' is.",
                remedy: "Add 'csv: FILE' to the suite, or a task 'check' with a connection.")
        }
        let known =
            workspace.settings.connections
            + workspace.entries.flatMap { $0.known?.connections ?? [] }
        guard let found = known.first(where: { $0.name.name == name }) else {
            throw QualityPaneError(
                problem: "There is no connection '\(name)' here.",
                remedy: "Add it to spillway.yml.")
        }
        let address = try ConnectionAddress(found.url, folder: workspace.root)
        guard case .sqlite(let path) = address else {
            return .other(try ConnectedDatabase(address), table)
        }
        return .sqlite(try SQLiteDatabase(path: path ?? ":memory:"), table)
    }
}

/// A suite that cannot be checked from the pane.
struct QualityPaneError: UserFacingError {
    var problem: String
    var remedy: String
}
