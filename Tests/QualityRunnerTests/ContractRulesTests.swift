import Domain
import JSONText
import Quality
import QualityRunner
import Testing

@Suite("What contracts ask beyond single columns")
struct ContractRulesTests {
    private func results(_ schema: String, _ statements: [String]) throws -> [ContractResult] {
        let text = """
            apiVersion: v3.1.0
            kind: DataContract
            id: c
            version: 1.0.0
            status: active
            schema:
            \(schema)
            """
        let (contract, problems) = ContractReader.read(Array(text.utf8), file: "c")
        #expect(problems.map(\.problem) == [])
        let database = try SQLiteDatabase(path: ":memory:", mode: .write)
        for statement in statements { try database.execute(statement) }
        return QualityRun.test(
            try #require(contract), on: database, now: Instant(seconds: 1_704_067_200)
        ).results
    }

    private func verdict(_ results: [ContractResult], _ type: String) -> String? {
        results.first { $0.type == type }.map { "\($0.result.rawValue) \($0.value?.text ?? "-")" }
    }

    @Test("NULLs are no duplicates of each other, and a key of two columns is unique as a pair")
    func keys() throws {
        let found = try results(
            """
              - name: t
                properties:
                  - {name: a, unique: true}
                  - {name: k, primaryKey: true, primaryKeyPosition: 2}
                  - {name: j, primaryKey: true, primaryKeyPosition: 1}
            """,
            [
                "CREATE TABLE t (a, k, j)",
                "INSERT INTO t VALUES (NULL, 1, 1), (NULL, 1, 2), (1, 2, 2), (2, 2, 2)",
            ])
        #expect(verdict(found, "field_unique") == "passed 0")
        #expect(verdict(found, "primary_key_unique") == "failed 1")
        #expect(
            found.first { $0.type == "primary_key_unique" }?.name
                == "Check that primary key (j, k) has no duplicate values")
        #expect(!found.contains { $0.type == "field_primary_key_unique" })
    }

    @Test(
        "a relationship counts the rows whose key is not there; one that leads nowhere is told",
        arguments: [
            ("to: c.id", "failed 1"), ("to: c.nope", "warning -"), ("to: d.id", "warning -"),
            ("to: [c.id, c.x]", "warning -"),
        ])
    func relationships(target: String, expected: String) throws {
        let found = try results(
            """
              - name: t
                properties: [{name: c_id, relationships: [{\(target)}]}]
              - name: c
                properties: [{name: id}, {name: x}]
            """,
            [
                "CREATE TABLE t (c_id)", "INSERT INTO t VALUES (1), (9), (NULL)",
                "CREATE TABLE c (id, x)", "INSERT INTO c VALUES (1, 1), (NULL, 1)",
            ])
        #expect(verdict(found, "field_relationships") == expected)
    }

    @Test("a rule of a mild severity warns, one in words is none, one for elsewhere is not run")
    func severities() throws {
        let found = try results(
            """
              - name: t
                properties: [{name: a}]
                quality:
                  - {metric: rowCount, mustBe: 5, severity: info}
                  - {type: text, description: as agreed}
                  - {type: custom, engine: other, implementation: x}
                  - {type: sql, query: "select max(a) from {table}", mustBe: x}
            """, ["CREATE TABLE t (a)", "INSERT INTO t VALUES ('x')"])
        #expect(verdict(found, "row_count") == "warning 1")
        #expect(verdict(found, "model_quality_custom") == "warning -")
        #expect(verdict(found, "model_quality_sql") == "passed \"x\"")
        #expect(found.count == 4)
    }

    @Test(
        "lengths of time are numbers with a unit, or ISO 8601",
        arguments: [
            ("36", "h", 129_600), ("2", nil, 172_800), ("P1DT12H", nil, 129_600),
            ("PT90M", "y", 5_400), ("P1Y2M", nil, 36_720_000), ("soon", nil, nil),
            ("P", nil, nil), ("PT", nil, nil), ("P1H", nil, nil),
        ] as [(String, String?, Double?)])
    func lengths(value: String, unit: String?, expected: Double?) throws {
        let text = """
            apiVersion: v3.1.0
            kind: DataContract
            id: c
            version: 1.0.0
            status: active
            slaProperties: [{property: freshness, value: "\(value)", unit: \(unit ?? "null")}]
            """
        let (contract, _) = ContractReader.read(Array(text.utf8), file: "c")
        #expect(try #require(contract?.serviceLevels.first).seconds == expected)
    }
}
