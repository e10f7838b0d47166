import ArgumentParser
import Connections
import Domain
import Glibc
import JSONText
import Session
import Workspace

/// `query CONN SQL` runs SQL and prints what it gives.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Run SQL on a database and print the rows.",
        discussion: """
            Rows are printed as they come, in bounded memory: as a table on a terminal, else as CSV. \
            Several statements run in turn up to the first that fails. DROP, TRUNCATE and DELETE or \
            UPDATE without WHERE are asked about on a terminal, and need --yes elsewhere. Passwords \
            are taken from ~/.pgpass or PGPASSWORD, never from the command line. \
            Without SQL, on a terminal, the workbench opens on its query desk. \
            Exit code 0: it ran; 1: a statement failed; 2: used wrongly; 130: interrupted.

            Examples:
              spillway query warehouse "select * from orders limit 10"
              spillway query sqlite:shop.db "select * from t where day = :day" --param day=2026-01-01
              spillway query csv:orders.csv "select region, sum(amount) from orders group by 1"
              spillway query postgresql://db.example/shop - --format jsonl < report.sql > report.jsonl
              spillway query duckdb:lake.db "select * from read_csv('in/*.csv')" --output all.parquet
            """)

    @OptionGroup var target: QueryTarget

    @Option(
        help: "table, csv, tsv, json, jsonl, markdown, or parquet (DuckDB, to a file).")
    var format: OutputFormat?

    @Flag(help: "Refuse every change to the data.")
    var readOnly = false

    @Flag(help: "Make the file of a SQLite or DuckDB database that does not exist.")
    var create = false

    @Flag(help: "Do not ask before statements that destroy data.")
    var yes = false

    @Option(
        help: """
            So many seconds another process's lock on a file of SQLite or DuckDB is waited for.
            """)
    var lockWait: Double = 5

    @Flag(
        help: """
            Print nothing; exit code 1 where the first value is nothing, 0, an empty text or false.
            """)
    var test = false

    @Option(name: .shortAndLong, help: "Write to this file instead of standard output.")
    var output: String?

    func validate() throws {
        guard lockWait >= 0, lockWait <= 1e6 else {
            throw ValidationError("--lock-wait takes seconds, from 0 to 1000000.")
        }
    }

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case table, csv, tsv, json, jsonl, markdown, parquet
    }

    func run() async throws {
        let address = try target.address()
        if target.sql == nil, output == nil, Console.isInputTerminal, Console.isOutputTerminal {
            return try await openDesk(address)
        }
        let text = try target.text()
        if !yes, !readOnly { try ask(StatementRisk.all(in: text, for: address.engine)) }
        let cancellation = Cancellation()
        // The session ends with the command: nothing of it is worth waiting for.
        let interrupts = Interrupts { cancellation.insist() }
        defer { interrupts.stop() }
        do {
            let database = try open(cancellation)
            defer { database.close() }
            if test {
                guard try holds(text, on: database, cancellation) else { throw Exit.workFailed }
                return
            }
            if try isWrittenByEngine(text, on: database, cancellation) { return }
            let printer = try RowPrinter(
                format ?? (output == nil && Console.isOutputTerminal ? .table : .csv), to: output)
            do {
                try database.run(
                    text, parameters: target.parameters, cancellation: cancellation
                ) { event in try printer.take(event) }
                try printer.finish()
            } catch {
                // What came before the failure is shown before it.
                try? printer.finish(isFailed: true)
                throw error
            }
        } catch let error as DatabaseError {
            Console.complain(error)
            throw error.kind == .cancelled ? Exit.interrupted : Exit.workFailed
        } catch is RowPrinter.ReaderGone {
            // `| head` has seen enough.
        } catch let error as OutputError where error.isBegun {
            Console.complain(error)
            throw Exit.workFailed
        } catch let error as ExportError {
            Console.complain(error)
            throw Exit.workFailed
        }
    }

    /// Opens the database; where another process has it for longer than a moment, that is told.
    private func open(_ cancellation: Cancellation) throws -> any DatabaseConnection {
        let moment = min(lockWait, 1)
        do {
            return try target.open(
                isReadOnly: readOnly, makesFile: create,
                lockSeconds: target.address().engine == .duckdb ? moment : lockWait,
                cancellation: cancellation)
        } catch let error as DatabaseError where error.kind == .locked && lockWait > moment {
            Console.error("waiting for another process, which holds the database")
            return try target.open(
                isReadOnly: readOnly, makesFile: create, lockSeconds: lockWait - moment,
                cancellation: cancellation)
        }
    }

    /// Has the engine itself write the file, where it can.
    private func isWrittenByEngine(
        _ text: String, on database: any DatabaseConnection, _ cancellation: Cancellation
    ) throws -> Bool {
        let isParquet = output?.lowercased().hasSuffix(".parquet") == true
        let format = format ?? (isParquet ? .parquet : .csv)
        guard format == .csv || format == .parquet else { return false }
        let began = SystemClock.now()
        if let output,
            let rows = try EngineExport.write(
                text, as: format == .csv ? .csv : .parquet, on: database,
                parameters: target.parameters, toFile: output, cancellation: cancellation)
        {
            if Console.isErrorTerminal {
                let took = Span(microseconds: SystemClock.now().microseconds - began.microseconds)
                Console.error("\(rows) row\(rows == 1 ? "" : "s"), \(took.humanText)")
            }
            return true
        }
        guard format == .parquet else { return false }
        throw ParquetError(hasFile: output != nil)
    }

    /// Whether the first value of the first row says yes.
    private func holds(
        _ text: String, on database: any DatabaseConnection, _ cancellation: Cancellation
    ) throws -> Bool {
        var first: CellValue?
        try database.run(
            text, parameters: target.parameters, cancellation: cancellation
        ) { event in
            if case .rows(let batch) = event, first == nil, batch.rowCount > 0 {
                first = batch[0, 0]
            }
        }
        return first.map { $0.saysYes } ?? false
    }

    /// Without SQL, on a terminal: the workbench on its query desk.
    private func openDesk(_ address: ConnectionAddress) async throws {
        let host = try WorkspaceHost(
            reading: try PipelineFolder(root: "."), purpose: .scheduling, attaches: true)
        let opening = QueryOpening(
            name: target.connection, address: address, isReadOnly: readOnly, makesFile: create)
        try await OpenCommand.open(host, theme: nil, opening: opening)
    }

    /// Asks on a terminal; elsewhere refuses.
    private func ask(_ risks: [StatementRisk]) throws {
        guard !risks.isEmpty else { return }
        let isAnswerable = Console.isInputTerminal && Console.isErrorTerminal && target.sql != nil
        guard isAnswerable, target.sql != "-" else { throw RiskError(risk: risks[0]) }
        for risk in risks {
            let words = risk.excerpt.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            Console.error("This \(risk.kind.words): \(String(words.prefix(120)).printable)")
        }
        Console.write("Run it? [y/N] ", to: 2)
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw Exit.interrupted
        }
    }
}

/// A statement that destroys data, where nobody can be asked.
struct RiskError: UserFacingError {
    var risk: StatementRisk

    var problem: String {
        let words = risk.excerpt.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return "Statement \(risk.place.index + 1) \(risk.kind.words): \(words.prefix(80))"
    }
    var remedy: String {
        "Add --yes if it is meant, or --read-only to be sure that nothing changes."
    }
}

/// Where no Parquet can be written.
struct ParquetError: UserFacingError {
    var hasFile: Bool

    var problem: String {
        hasFile
            ? "Parquet is written of one query, and by DuckDB." : "Parquet needs a file to go to."
    }
    var remedy: String {
        hasFile
            ? "Give one SELECT on duckdb:, csv:, json: or parquet:, or write CSV."
            : "Name one with --output FILE.parquet."
    }
}

extension StatementRisk.Kind {
    /// Completes "This statement …".
    fileprivate var words: String {
        switch self {
        case .drop: "drops something"
        case .truncate: "empties a table"
        case .deleteWithoutWhere: "deletes every row of a table"
        case .updateWithoutWhere: "changes every row of a table"
        }
    }
}

extension CellValue {
    /// Whether it is something else than nothing, 0, an empty text, `false` or `f`.
    fileprivate var saysYes: Bool {
        switch self {
        case .null: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .real(let value): value != 0
        case .text(let text): !["", "0", "f", "false", "False", "FALSE"].contains(text)
        case .blob(let bytes): !bytes.isEmpty
        }
    }
}
