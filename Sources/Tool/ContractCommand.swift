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

    /// Reads a contract with all that is wrong with it, which goes to standard error.
    static func read(_ file: String) throws -> (Contract, [SourceProblem]) {
        let (contract, problems) = ContractReader.read(
            try QualityRun.bytes(ofFile: file), file: file)
        for problem in problems { Console.error(problem.report) }
        guard let contract else { throw Exit.usedWrongly }
        return (contract, problems)
    }
}

/// `contract test CONTRACT` tests tables, or a CSV file, against a contract.
struct ContractTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Test data against a contract.",
        discussion: """
            Exit code 0: all checks passed, or only warn; 1: one failed, or the contract \
            has mistakes; 2: nothing could be tested.

            Examples:
              spillway contract test orders.odcs.yaml --connection sqlite:shop.db
              spillway contract test orders.odcs.yaml --csv orders.csv --json
              spillway contract test shop.odcs.yaml --csv orders=o.csv --csv customers=c.csv
            """)

    @Argument(help: "The contract's file.")
    var contract: String

    @Option(help: "A connection of spillway.yml, or sqlite:PATH.")
    var connection: String?

    @Option(
        help: ArgumentHelp(
            "A CSV file with the rows of the contract's first table, or of the one that is named.",
            valueName: "[table=]file"))
    var csv: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (connection == nil) == !csv.isEmpty else {
            throw ValidationError("Give either --connection or --csv.")
        }
    }

    func run() throws {
        let (read, problems) = try ContractCommand.read(contract)
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
            report = try test(read, csv: csv)
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
        let hasMistakes = problems.contains { $0.severity == .error }
        if hasMistakes || !report.success { throw Exit.workFailed }
    }

    private func test(_ contract: Contract, csv files: [String]) throws -> ContractReport {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        for written in files {
            let parts = written.split(separator: "=", maxSplits: 1).map(String.init)
            let named = parts.count > 1 ? contract.table(named: parts[0]) : nil
            // A file's own name may hold a '='.
            guard let object = named ?? contract.objects.first else { continue }
            let file = named == nil ? written : parts[1]
            let problems = try CSVLoader.load(
                try QualityRun.bytes(ofFile: file), file: file, into: database,
                table: object.tableName, types: object.columnTypes)
            for problem in problems { Console.error(problem.report) }
        }
        return QualityRun.test(
            contract, on: database, now: SystemClock.now(), checksTypes: false)
    }
}

/// `contract diff OLD NEW` tells what a new version changes, and what it breaks.
struct ContractDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two versions of a contract.",
        discussion: """
            Exit code 0: nothing breaks; 1: something does, or one of the two has mistakes; 2: one \
            cannot be read.

            Example:
              spillway contract diff v1.odcs.yaml v2.odcs.yaml --json
            """)

    @Argument(help: "The older contract.") var old: String
    @Argument(help: "The newer contract.") var new: String
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let (from, mistakesOfOld) = try ContractCommand.read(old)
        let (to, mistakesOfNew) = try ContractCommand.read(new)
        let diff = ContractDiff(from: from, to: to)
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
        // What could not be understood may break something that was not compared.
        let hasMistakes = (mistakesOfOld + mistakesOfNew).contains { $0.severity == .error }
        if hasMistakes || diff.isBreaking { throw Exit.workFailed }
    }
}
