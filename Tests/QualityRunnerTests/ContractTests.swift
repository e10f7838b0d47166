import Domain
import Foundation
import JSONText
import Quality
import QualityRunner
import Testing

@Suite("Contracts")
struct ContractTests {
    private func contract() throws -> Contract {
        let (contract, problems) = ContractReader.read(
            try SampleFiles.bytes("orders.odcs.yaml"), file: "orders.odcs.yaml")
        #expect(problems.isEmpty)
        return try #require(contract)
    }

    @Test("the 33 checks of the sample give what datacontract-cli gives")
    func agreement() throws {
        let now = try #require(Instant(iso8601: "2024-12-01T00:00:00Z"))
        let report = try QualityRun.test(
            contract(), on: SampleFiles.database(), now: now, checksTypes: false)
        let root = try SampleFiles.json(
            SampleFiles.samples.appending(path: "expected.contract.json"))
        let expected = try #require(root.entries?.lazy.compactMap { $0.value.items }.first)
        #expect(report.results.count == 33)
        #expect(expected.count == 33)
        guard case .array(let own)? = report.json["results"] else {
            Issue.record("no results")
            return
        }
        for (one, other) in zip(own, expected.map(\.json)) {
            guard case .object(let members) = other else { continue }
            let depends = other["note"] != nil
            for member in members where member.key != "note" {
                if depends, member.key == "reason" || member.key == "diagnostics" { continue }
                #expect(
                    isClose(one[member.key] ?? .null, member.value),
                    "\(other["name"]?.text ?? "") \(member.key)")
            }
        }
    }

    @Test("freshness is measured against the clock that is given")
    func freshness() throws {
        let now = try #require(Instant(iso8601: "2024-03-02T00:00:00Z"))
        let report = try QualityRun.test(contract(), on: SampleFiles.database(), now: now)
        let check = report.results.first { $0.type == "servicelevel_freshness" }
        #expect(check?.result == .passed)
    }

    @Test("a table that is not there fails every check, and a column its own")
    func absence() throws {
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        let now = Instant(seconds: 0)
        #expect(
            try QualityRun.test(contract(), on: database, now: now).results
                .allSatisfy { $0.result == .failed })
        try database.execute("CREATE TABLE orders (order_id INTEGER, country TEXT)")
        let report = try QualityRun.test(contract(), on: database, now: now)
        let email = report.results.filter { $0.field == "email" }
        #expect(email.map(\.result) == [.failed, .failed, .failed, .failed])
        #expect(
            email.map(\.reason) == [
                "Field 'email' is not present", "Column 'email' not found",
                "Column 'email' not found", "Column 'email' not found",
            ])
        let order = report.results.filter { $0.field == "order_id" }
        #expect(order.allSatisfy { $0.result == .passed })
    }
}
