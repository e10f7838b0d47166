import ArgumentParser
import Connections
import Domain
import Foundation
import PipelineFiles
import Quality
import QualityConnections
import QualityRunner
import Workspace

/// What a `check` command looks at.
struct CheckTarget: ParsableArguments {
    @Option(
        help: """
            A connection of spillway.yml, or an address: sqlite:PATH, duckdb:PATH, \
            postgresql://HOST/DB, parquet:FILE.
            """)
    var connection: String?

    @Option(help: "A CSV file, instead of a connection.")
    var csv: String?

    @Option(help: "A Parquet file, read by DuckDB.")
    var parquet: String?

    @Option(help: "The table, instead of the suite's own.")
    var table: String?

    func validate() throws {
        guard [connection, csv, parquet].count(where: { $0 != nil }) < 2 else {
            throw ValidationError("Give one of --connection, --csv and --parquet.")
        }
    }

    /// An open place of data.
    enum Place {
        case sqlite(SQLiteDatabase)
        case other(ConnectedDatabase)
    }

    /// Opens what the options, the suite or the pipeline name.
    ///
    /// - Parameters:
    ///   - suite: whose CSV file and types count where nothing else is named.
    ///   - isWriting: whether rows will be moved.
    /// - Returns: the place, the table, and problems of a CSV file.
    func open(
        for suite: Suite?, isWriting: Bool = false
    ) throws -> (place: Place, table: String, problems: [SourceProblem]) {
        if let path = csv ?? (connection == nil && parquet == nil ? suite?.csv : nil) {
            let database = try SQLiteDatabase(path: ":memory:", mode: .write)
            let name = table ?? suite?.table ?? "data"
            let problems = try CSVLoader.load(
                try QualityRun.bytes(ofFile: path), file: path, into: database, table: name,
                types: suite?.columnTypes ?? [:], textColumns: suite?.textColumns ?? [])
            return (.sqlite(database), name, problems)
        }
        if let parquet {
            let stem = URL(filePath: parquet).deletingPathExtension().lastPathComponent
            return try (
                open("parquet:" + parquet, isWriting: isWriting), table ?? stem, []
            )
        }
        // Set by a pipeline's 'check' task with the pipeline's only connection.
        let given = ProcessInfo.processInfo.environment["SPILLWAY_CONNECTION"]
        guard let connection = connection ?? given else {
            throw ValidationError("Say what to check: --connection NAME, --csv or --parquet FILE.")
        }
        guard let table = table ?? suite?.table else {
            throw ValidationError("The suite names no table: give --table NAME.")
        }
        return try (open(connection, isWriting: isWriting), table, [])
    }

    private func open(_ text: String, isWriting: Bool) throws -> Place {
        let address = try ConnectionPath.address(text)
        guard case .sqlite(let path) = address else {
            return .other(try ConnectedDatabase(address))
        }
        return .sqlite(
            try SQLiteDatabase(path: path ?? ":memory:", mode: isWriting ? .write : .read))
    }
}

/// Where a connection leads.
enum ConnectionPath {
    /// The address that `text` is, or that a connection of the workspace here has.
    static func address(_ text: String) throws -> ConnectionAddress {
        if text.contains(":") { return try ConnectionAddress(text, folder: ".") }
        let folder = try PipelineFolder(root: ".")
        let workspace = folder.outline
        var known = workspace.settings.connections
        if !known.contains(where: { $0.name.name == text }) {
            known += folder.entries().flatMap { $0.pipeline?.connections ?? [] }
        }
        guard let found = known.first(where: { $0.name.name == text }) else {
            throw UnknownConnectionError(
                name: text, nearest: nearestName(to: text, among: known.map(\.name.name)))
        }
        return try ConnectionAddress(found.url, folder: workspace.root)
    }
}

/// Neither the workspace nor its pipelines define a connection of that name.
struct UnknownConnectionError: UserFacingError {
    var name: String
    var nearest: String?

    var problem: String { "There is no connection '\(name)' here." }
    var remedy: String {
        nearest.map { "Did you mean '\($0)'?" }
            ?? "Write sqlite:PATH, or add it to spillway.yml: connections: { \(name): sqlite:PATH }."
    }
}
