import ArgumentParser
import Connections
import Domain
import JSONText
import PlanRunner
import QueryPlans
import Session
import Workspace

/// `plan` shows how a database runs a query.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show how a database runs a query, and what costs time.",
        subcommands: [
            PlanShowCommand.self, PlanDiffCommand.self, PlanHistoryCommand.self,
        ], defaultSubcommand: PlanShowCommand.self)
}

/// `plan CONN SQL` prints the plan of one statement.
struct PlanShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "The plan of a query; with --analyze it is really run.",
        discussion: """
            The same tree for SQLite, PostgreSQL and DuckDB. With --analyze the statement is run, its \
            rows are dropped and its changes rolled back. JSON has the keys engine, query, total_ms \
            and root; a node has operator, object, detail, estimated_rows, actual_rows, exclusive_ms, \
            inclusive_ms, loops, children and badges, null where the engine does not know. Rows are \
            those of all loops together, inclusive_ms is the time of all loops.

            --advise tries indexes and statistics: of SQLite in a copy in memory, of PostgreSQL in a \
            transaction that is rolled back (nobody else can write to the table meanwhile). JSON is \
            then an object of plan and advice; an advice has kind, action, reason, before_ms, \
            after_ms, speedup and after, the plan with it.

            Examples:
              spillway plan warehouse "select * from orders where id = 7"
              spillway plan postgresql://db.example/shop --analyze - < slow.sql
              spillway plan sqlite:shop.db "select …" --analyze --json > before.json
              spillway plan sqlite:shop.db "select * from t where day = 7" --advise
            """)

    @OptionGroup var target: QueryTarget

    @Flag(help: "Run the statement and measure.")
    var analyze = false

    @Flag(help: "Try what may help, where nothing is changed, and tell what it brought.")
    var advise = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var state: StateOptions

    func run() throws {
        let address = try target.address()
        let text = try target.text()
        let cancellation = Cancellation()
        // The session ends with the command: nothing of it is worth waiting for.
        let interrupts = Interrupts { cancellation.insist() }
        defer { interrupts.stop() }
        do {
            let database = try target.open(isReadOnly: false, cancellation: cancellation)
            defer { database.close() }
            let plan = try PlanRun.plan(
                of: text, on: database, parameters: target.parameters, isAnalyzing: analyze,
                cancellation: cancellation)
            let before = keep(plan, address)
            let advice =
                advise
                ? try PlanAdvisor.advice(
                    for: text, on: database, parameters: target.parameters,
                    cancellation: cancellation) : nil
            if json {
                Console.printJSON(
                    advice.map {
                        JSONValue.object(["plan": plan.json, "advice": .array($0.map(\.json))])
                    }
                        ?? plan.json)
            } else {
                PlanPrinter.show(plan)
                if let before { PlanPrinter.printChange(from: before, to: plan) }
                if let advice { PlanPrinter.show(advice) }
            }
        } catch let error as DatabaseError {
            Console.complain(error)
            throw error.kind == .cancelled ? Exit.interrupted : Exit.workFailed
        }
    }

    /// Keeps the plan where a workspace is; a history that cannot be written is no reason to fail.
    private func keep(_ plan: QueryPlan, _ address: ConnectionAddress) -> PlanHistory.Entry? {
        guard let folder = state.folderWithState else { return nil }
        do {
            return try PlanHistory(stateFolder: folder).add(
                plan, connection: address.text, at: SystemClock.now())
        } catch {
            Console.error("note: the plan could not be kept in \(folder.printable)")
            return nil
        }
    }
}

/// `plan diff A B` compares two plans that were printed as JSON.
struct PlanDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two plans: what changed, and what it brought.",
        discussion: """
            Takes what 'spillway plan --json' prints, and what EXPLAIN (FORMAT JSON) of PostgreSQL \
            and DuckDB does. JSON has the keys changed, before_ms, after_ms, speedup and nodes; a \
            node has change (same, changed, moved, removed, added), before, after and \
            exclusive_ms_difference.

            Examples:
              spillway plan diff before.json after.json
              psql -XAtqc 'explain (analyze, format json) select …' > before.json
            """)

    @Argument(help: "The plan before.")
    var before: String

    @Argument(help: "The plan after.")
    var after: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let comparison = PlanComparison(try PlanFile.read(before), try PlanFile.read(after))
        if json { return Console.printJSON(comparison.json) }
        PlanPrinter.show(comparison)
    }
}

/// `plan history` tells of plans that changed from run to run.
struct PlanHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Plans of earlier runs, and where they changed.",
        discussion: """
            Every plan that 'spillway plan' made in this workspace is kept by its query's
            fingerprint, in which values do not count.

            Examples:
              spillway plan history
              spillway plan history 3f2a --json
            """)

    @Argument(help: "A fingerprint, or its beginning.")
    var fingerprint: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var state: StateOptions

    func run() throws {
        let folder = try state.state ?? PipelineFolder(root: state.dir).outline.stateFolder
        let history = PlanHistory(stateFolder: folder)
        guard let fingerprint else {
            return PlanPrinter.show(history.queries(), asJSON: json)
        }
        guard let query = history.query(fingerprint) else {
            throw PlanFile.Failure(
                what: "No plan was kept for '\(fingerprint)'.",
                help: "'spillway plan history' lists the fingerprints.")
        }
        PlanPrinter.show(query, asJSON: json)
    }
}
