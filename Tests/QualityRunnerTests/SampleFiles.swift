import Foundation
import JSONText
import Quality
import QualityRunner
import Testing

/// The data that results were measured on with Great Expectations and datacontract-cli.
enum SampleFiles {
    static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    static let samples = tests.appending(path: "Fixtures")

    static func bytes(_ name: String) throws -> [UInt8] {
        try QualityRun.bytes(ofFile: samples.appending(path: name).path)
    }

    static func json(_ url: URL) throws -> SourceNode {
        try SourceText.read(QualityRun.bytes(ofFile: url.path), file: url.path)
    }

    static func suite(_ name: String = "suite.json") throws -> Suite {
        let (suite, problems) = SuiteReader.read(try bytes(name), file: name)
        #expect(problems.isEmpty)
        return try #require(suite)
    }

    static let types = ["postcode": "text"]

    /// The sample as the table `orders`, and beside it one that lacks a row and one without any.
    static func database() throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        let problems = try CSVLoader.load(
            bytes("orders.csv"), file: "orders.csv", into: database, table: "orders", types: types)
        #expect(problems.isEmpty)
        try database.execute("CREATE TABLE other AS SELECT * FROM orders LIMIT 2999")
        try database.execute("CREATE TABLE empty AS SELECT * FROM orders LIMIT 0")
        return database
    }
}

/// Whether two values are the same: numbers within 1e-9 of their size, whole or not.
func isClose(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.array(let left), .array(let right)):
        return left.count == right.count && zip(left, right).allSatisfy(isClose)
    case (.object(let left), .object(let right)):
        return left.count == right.count
            && left.allSatisfy { member in
                right.contains { $0.key == member.key && isClose($0.value, member.value) }
            }
    default:
        if let one = number(left), let other = number(right) {
            return abs(one - other) <= 1e-9 * max(1, abs(one), abs(other))
        }
        return left == right
    }
}

func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
}

/// The texts of a list's values, sorted: lists are compared as multisets.
func multiset(_ value: JSONValue?) -> [String] {
    guard case .array(let values)? = value else { return [] }
    return values.map { value in
        number(value).map { "\($0)" } ?? value.text
    }.sorted()
}

extension JSONValue {
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}
