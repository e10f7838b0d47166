import Foundation
import Testing

@Suite("A dbt build killed at any moment", .serialized)
struct TransformKillTests {
    /// More of them by the environment, for a long check.
    static let rounds =
        Int(ProcessInfo.processInfo.environment["SPILLWAY_TRANSFORM_KILLS"] ?? "") ?? 10
    private static let models = 16

    /// Incremental models that append, so that a node run twice has its rows twice.
    private static func project() throws -> Project {
        let project = try Project()
        try project.write("dbt_project.yml", "name: p\nversion: '1.0'\nprofile: p\n")
        try project.write(
            "profiles.yml",
            """
            p: {target: dev, outputs: {dev: {type: sqlite, schema: main, database: main,
              schemas_and_paths: {main: out.db}}}}
            """)
        for number in 0..<models {
            let parent = number < 2 ? "" : " -- {{ ref('m\(number - 2)') }}"
            try project.write(
                "models/m\(number).sql",
                """
                {{ config(materialized='incremental') }}
                with recursive n(id) as (select 1 union all select id + 1 from n where id < 20000)
                select id, id * \(number) as value from n\(parent)
                """)
        }
        try project.write(
            "models/tests.yml",
            "models: [{name: m3, columns: [{name: id, data_tests: [not_null, unique]}]}]")
        return project
    }

    /// Numbers that are the same in every run.
    private struct Steps: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    /// The number and sum of every table's rows.
    private static func tables(_ project: Project) throws -> [String] {
        let parts = (0..<models).map {
            "select 'm\($0)' as name, count(*) as rows, sum(value) as total from m\($0)"
        }
        let found = try project.spillway(
            "query", "sqlite:out.db", parts.joined(separator: " union all "), "--format", "csv")
        try #require(found.code == 0, "\(found.errors)")
        return found.output.split(separator: "\n").map(String.init)
    }

    @Test("retry runs exactly the nodes that had not ended, and the tables are as after one build")
    func kills() throws {
        let whole = try Self.project()
        let started = ContinuousClock.now
        #expect(try whole.spillway("transform", "build").code == 0)
        let took = Double((ContinuousClock.now - started) / .milliseconds(1)) / 1_000
        let expected = try Self.tables(whole)
        var random = Steps(state: 7)
        var caught = 0
        for round in 0..<Self.rounds {
            let project = try Self.project()
            let child = try project.start("transform", "build")
            // At the moment given it is killed with SIGKILL, unless it has ended.
            let moment = Double.random(in: 0..<took, using: &random)
            guard child.end(within: moment) == .overdue else { continue }
            let left = try project.spillway(
                "query", "sqlite:out.db",
                "select unique_id from spillway_unfinished_run where unique_id <> '' and "
                    + "(status is null or status not in ('success', 'pass'))", "--format", "csv")
            guard left.code == 0 else {
                // Its record goes with its end: it was killed behind that, when all is there, or
                // before it had begun, when nothing of it may be.
                let first = try project.spillway("query", "sqlite:out.db", "select 1 from m0")
                if first.code == 0 {
                    #expect(try Self.tables(project) == expected, "round \(round), \(moment) s")
                    continue
                }
                #expect(try project.spillway("transform", "build").code == 0)
                #expect(try Self.tables(project) == expected, "round \(round), \(moment) s")
                continue
            }
            caught += 1
            let unfinished = Set(left.output.split(separator: "\n").dropFirst().map(String.init))
            let retry = try project.spillway("transform", "retry", "--json")
            #expect(retry.code == 0, "\(retry.errors)")
            let ran = try retry.json()["results"].list.compactMap { $0["unique_id"].text }
            #expect(Set(ran) == unfinished && ran.count == unfinished.count)
            #expect(try Self.tables(project) == expected, "round \(round), \(moment) s")
        }
        #expect(caught > 0 || Self.rounds == 0, "no kill fell into a build of \(took) s")
    }
}
