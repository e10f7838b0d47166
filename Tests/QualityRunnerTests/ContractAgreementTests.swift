import Domain
import Foundation
import JSONText
import Quality
import QualityRunner
import Testing

/// The program datacontract-cli, where the `python3` on PATH can import it.
enum DatacontractCLI {
    static let isInstalled =
        (try? Python.run(["-c", "import datacontract, duckdb; print('here')"]))
        .map { String(decoding: $0, as: UTF8.self).contains("here") } ?? false

    /// What `Measured/contracts.py` prints for `seeds`.
    static func measured(_ seeds: [Int]) throws -> [SourceNode] {
        let script = SampleFiles.tests.appending(path: "Measured/contracts.py").path
        let output = try Python.run([script] + seeds.map(String.init))
        return try #require(SourceText.read(Array(output), file: "measured").items)
    }
}

@Suite(
    "Random contracts give what datacontract-cli finds",
    .enabled(if: DatacontractCLI.isInstalled))
struct ContractAgreementTests {
    /// Found at the first use, for both tests: starting the program takes most of the time.
    private static let cases = Result { try DatacontractCLI.measured([7, 13, 25]) }

    private func contract(_ node: SourceNode?, _ file: String) throws -> Contract {
        let (contract, problems) = ContractReader.read(
            Array(try #require(node?.text).utf8), file: file)
        #expect(problems.map(\.problem) == [])
        return try #require(contract)
    }

    @Test("every check, its name, its verdict, its reason and its counts agree")
    func checks() throws {
        for found in try Self.cases.get() {
            let contract = try contract(found["contract"], "contract")
            let database = try SQLiteDatabase(path: ":memory:", mode: .write)
            for file in try #require(found["files"]?.entries) {
                let object = try #require(contract.table(named: file.key))
                _ = try CSVLoader.load(
                    Array(try #require(file.value.text).utf8), file: file.key, into: database,
                    table: object.tableName, types: object.columnTypes)
            }
            let now = Instant(seconds: Int64(Date.now.timeIntervalSince1970))
            let report = QualityRun.test(contract, on: database, now: now, checksTypes: false)
            let expected = try #require(found["checks"]?.items).map(\.json)
            guard case .array(let own)? = report.json["results"] else { continue }
            let title = "seed \(found["seed"]?.json.text ?? "")"
            let theirs = Dictionary(grouping: expected) { $0.identity }
            let ours = Dictionary(grouping: own) { $0.identity }
            #expect(
                Set(theirs.keys).symmetricDifference(ours.keys).sorted() == [], "\(title)")
            for (key, checks) in theirs {
                for (one, other) in zip(ours[key] ?? [], checks) {
                    if let text = difference(one, other) {
                        Issue.record("\(title) \(key): \(text)")
                    }
                }
            }
        }
    }

    /// Reasons of what is not run, or is about the clock, are ours.
    private func difference(_ one: JSONValue, _ other: JSONValue) -> String? {
        // Of two checks with one key only the last gets a result there.
        guard other["result"] != nil else { return nil }
        var keys = ["result", "dimension"]
        let isLevel = other["category"] == .string("servicelevel")
        if other["diagnostics"] != nil, !isLevel { keys.append("reason") }
        for key in keys where one[key] != other[key] {
            return "\(key): \((one[key] ?? .null).text) for \((other[key] ?? .null).text)"
        }
        for key in ["value", "row_count", "failed_rows", "failed_fraction", "percent", "threshold"]
        {
            guard let value = other["diagnostics"]?[key] else { continue }
            let found = one["diagnostics"]?[key] ?? .null
            if !isClose(found, value) { return "\(key): \(found.text) for \(value.text)" }
        }
        return nil
    }

    @Test("what breaks is broken there too, and nothing else")
    func breaking() throws {
        for found in try Self.cases.get() {
            let new = try contract(found["changed"], "changed")
            let diff = ContractDiff(from: try contract(found["contract"], "contract"), to: new)
            let own = Set(diff.changes.filter(\.isBreaking).map(\.element))
            var expected: Set<String> = []
            for (reader, list) in [("consumer", true), ("producer", false)] {
                for change in found["breaking"]?[reader]?.items ?? [] {
                    guard change.items?[1].text == "error", let path = change.items?[0].text else {
                        continue
                    }
                    let parts = path.split(separator: ".").map(String.init)
                    guard parts.count >= 4 else { continue }
                    let property = new.table(named: parts[1])?.properties.first {
                        $0.name == parts[3]
                    }
                    // A reader is broken by what is taken away; a writer by what is asked of it.
                    let counts =
                        list
                        ? parts.count == 4 || parts.last == "logicalType"
                        : parts.count > 4 || property?.isRequired == true
                    if counts { expected.insert("\(parts[1]).\(parts[3])") }
                }
            }
            #expect(
                own == expected,
                "seed \(found["seed"]?.json.text ?? "") \(diff.changes.map(\.what))")
        }
    }
}

extension JSONValue {
    /// What tells a check from the others: `field_unique Check that …`.
    fileprivate var identity: String {
        func text(_ key: String) -> String {
            if case .string(let text)? = self[key] { text } else { "" }
        }
        return "\(text("model")) \(text("field")) \(text("type")) \(text("name"))"
    }
}
