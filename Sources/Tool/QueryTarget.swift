import ArgumentParser
import Connections
import Domain
import Glibc
import PipelineFiles
import Workspace

/// The database and the text that a command works on.
struct QueryTarget: ParsableArguments {
    @Argument(
        help: """
            sqlite:FILE, duckdb:FILE, postgresql://HOST/DB, csv:FILE, json:FILE, parquet:FILE, or a \
            name of 'connections:' in spillway.yml.
            """)
    var connection: String

    @Argument(help: "The SQL; read from standard input where it is absent or '-'.")
    var sql: String?

    @Option(help: "A value for :name in the SQL, as NAME=VALUE; may be repeated.")
    var param: [String] = []

    @Option(help: "A database to attach, as NAME=FILE (SQLite and DuckDB); may be repeated.")
    var attach: [String] = []

    func validate() throws {
        for text in param + attach where !text.contains("=") {
            throw ValidationError("'\(text)' is no NAME=VALUE.")
        }
    }

    /// The text to run.
    func text() throws -> String {
        if let sql, sql != "-" { return ArgumentText.asGiven(sql) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(0, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += part.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whole numbers and decimals are numbers, `null`, `true` and `false` are what they say, and
    /// anything else is a text; quotes around a value make it one.
    var parameters: [String: CellValue] {
        var values: [String: CellValue] = [:]
        for (name, value) in pairs(param) { values[name] = CellValue(typed: value) }
        return values
    }

    private func pairs(_ texts: [String]) -> [(String, String)] {
        texts.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }
    }

    func address() throws -> ConnectionAddress { try ConnectionNames.address(connection) }

    func open(
        isReadOnly: Bool, makesFile: Bool = false, lockSeconds: Double = 5,
        cancellation: Cancellation
    ) throws -> any DatabaseConnection {
        var options = ConnectionOptions(
            isReadOnly: isReadOnly, makesFile: makesFile, lockSeconds: lockSeconds)
        for (name, file) in pairs(attach) {
            options.attached[name] = file.hasPrefix("/") ? file : currentFolder + "/" + file
        }
        return try address().open(options, cancellation: cancellation)
    }
}

/// The folder that relative paths count from.
private var currentFolder: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
}

/// What connections are called.
enum ConnectionNames {
    /// The address that `text` is or, in the workspace here, names.
    static func address(_ text: String) throws -> ConnectionAddress {
        if text.contains(":") { return try ConnectionAddress(text, folder: currentFolder) }
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
