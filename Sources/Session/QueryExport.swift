import Connections
import Domain
import Glibc
import QueryPanes
import ResultStore

/// Writes results to files.
enum QueryExport {
    /// Writes what a request says; relative paths count from the project's folder.
    static func perform(
        _ request: ExportRequest, _ view: ResultView, root: String, folder: String,
        _ task: ResultTask
    ) throws -> String {
        var path = request.path
        if path.hasPrefix("~/"), let home = getenv("HOME") {
            path = String(cString: home) + path.dropFirst()
        }
        if !path.hasPrefix("/") { path = root + "/" + path }
        let began = Clock.milliseconds()
        let count: Int
        if path.lowercased().hasSuffix(".parquet") {
            count = try parquet(request, view, path: path, folder: folder, task)
        } else {
            let format = ExportFormat(fileName: path) ?? .csv
            let table = path.split(separator: "/").last?.split(separator: ".").first ?? "result"
            count = try view.export(
                format, columns: request.columns, toFile: path, table: String(table), task)
        }
        let rows = GridText.grouped(view.rowCount)
        let took = Double(Clock.milliseconds() - began) / 1_000
        return
            "\(rows) rows, \(GridText.bytes(Int64(count))), written to \(request.path) in \(took) s."
    }

    /// By way of CSV and DuckDB, with the types that the cells have.
    private static func parquet(
        _ request: ExportRequest, _ view: ResultView, path: String, folder: String,
        _ task: ResultTask
    ) throws -> Int {
        let csv = folder + "/parquet-\(getpid())-\(Clock.milliseconds()).csv"
        defer { unlink(csv) }
        _ = try view.export(.csv, columns: request.columns, toFile: csv, task)
        let kinds = try view.kinds(of: request.columns, task)
        var taken: Set<String> = []
        let fields = zip(request.columns, kinds).map { column, kind in
            var name = view.store.columns[column].name
            while !taken.insert(name.lowercased()).inserted { name += "_" }
            let type: String
            switch kind {
            case .integer: type = "BIGINT"
            case .real: type = "DOUBLE"
            case .boolean: type = "BOOLEAN"
            case .text: type = "VARCHAR"
            }
            return SQLQuoting.literal(name) + ": '" + type + "'"
        }
        let cancellation = Cancellation()
        let connection = try ConnectionAddress.duckdb(path: nil)
            .open(ConnectionOptions(), cancellation: cancellation)
        defer { connection.close() }
        try connection.execute(
            """
            COPY (SELECT * FROM read_csv(\(SQLQuoting.literal(csv)), header = true, nullstr = '', \
            allow_quoted_nulls = false, auto_detect = false, delim = ',', quote = '"', escape = '"', \
            columns = {\(fields.joined(separator: ", "))})) \
            TO \(SQLQuoting.literal(path)) (FORMAT parquet)
            """, cancellation: cancellation)
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
