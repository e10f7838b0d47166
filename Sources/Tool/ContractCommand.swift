import ArgumentParser
import Connections
import Domain
import JSONText
import Quality
import QualityConnections
import QualityRunner

/// `contract …` works with data contracts (ODCS v3.1).
struct ContractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract", abstract: "Test data contracts, and compare their versions.",
        subcommands: [ContractTestCommand.self, ContractDiffCommand.self])

    /// Reads a contract; what is wrong with it goes to standard error.
    static func read(_ file: String) throws -> Contract {
        let (contract, problems) = ContractReader.read(
            try QualityRun.bytes(ofFile: file), file: file)
        for problem in problems { Console.error(problem.report) }
        guard let contract else { throw Exit.usedWrongly }
        return contract
    }
}

/// `contract test CONTRACT` tests tables, or a CSV file, against a contract.
struct ContractTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Test data against a contract.",
        discussion: """
            Examples:
              spillway contract test orders.odcs.yaml --connection sqlite:shop.db
              spillway contract test orders.odcs.yaml --csv orders.csv --json
            """)

    @Argument(help: "The contract's file.")
    var contract: String

    @Option(help: "A connection of spillway.yml, or sqlite:PATH.")
    var connection: String?

    @Option(help: "A CSV file with the rows of the contract's first table.")
    var csv: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (connection == nil) != (csv == nil) else {
            throw ValidationError("Give either --connection or --csv.")
        }
    }

    func run() throws {
        let read = try ContractCommand.read(contract)
        let report: ContractReport
        if let connection {
            let address = try ConnectionPath.address(connection)
            if case .sqlite(let path) = address {
                let database = try SQLiteDatabase(path: path ?? ":memory:")
                report = QualityRun.test(read, on: database, now: SystemClock.now())
            } else {
                let database = try ConnectedDatabase(address)
                report = QualityRun.test(read, on: database, now: SystemClock.now())
            }
        } else {
            report = try test(read, csv: csv ?? "")
        }
        if json {
            Console.printJSON(report.json)
        } else {
            var table = TextTable(["", "CHECK", "FIELD", "VALUE", "BOUND"])
            for result in report.results {
                table.add([
                    result.result.rawValue, result.name, result.field ?? "-",
                    result.value?.text ?? "-", result.threshold ?? "-",
                ])
            }
            Console.print(table.text)
        }
        if report.results.contains(where: { $0.result == .failed }) { throw Exit.workFailed }
    }

    private func test(_ contract: Contract, csv: String) throws -> ContractReport {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        guard let first = contract.objects.first else {
            return QualityRun.test(contract, on: database, now: SystemClock.now())
        }
        let problems = try CSVLoader.load(
            try QualityRun.bytes(ofFile: csv), file: csv, into: database, table: first.tableName)
        for problem in problems { Console.error(problem.report) }
        return QualityRun.test(
            contract, on: database, now: SystemClock.now(), checksTypes: false)
    }
}

/// `contract diff OLD NEW` tells what a new version changes, and what it breaks.
struct ContractDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two versions of a contract.",
        discussion: "Example:\n  spillway contract diff v1.odcs.yaml v2.odcs.yaml --json")

    @Argument(help: "The older contract.") var old: String
    @Argument(help: "The newer contract.") var new: String
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let diff = ContractDiff(
            from: try ContractCommand.read(old), to: try ContractCommand.read(new))
        if json {
            Console.printJSON(diff.json)
        } else {
            for change in diff.changes {
                let word = change.isBreaking ? "breaking" : "harmless"
                Console.print(
                    "\(word)  \(change.element): \(change.what) (\(change.reason))".printable)
            }
            if diff.changes.isEmpty { Console.print("Nothing differs.") }
        }
        if diff.isBreaking { throw Exit.workFailed }
    }
}
