import Testing
import Transform
import TransformRunner

@Suite("An incremental model against its full refresh")
struct RefreshDifferenceTests {
    private static let model = """
        {{ config(materialized='incremental') }}select id, n from {{ ref('raw') }}
        {% if is_incremental() %} where id > (select max(id) from {{ this }}){% endif %}
        """

    private func difference(_ bench: Bench, limit: Int = 10) throws -> RefreshDifference {
        var options = TransformOptions()
        options.isFullRefresh = true
        let project = TransformProject.load(ProjectFiles(bench.files), options: options)
        let session = TransformSession(project: project, database: bench.database)
        return try RefreshDifference(
            of: #require(project.node("model.p.a")), in: session, on: bench.database,
            limit: limit)
    }

    @Test("late, changed, repeated and NULL rows are told, each with its number")
    func rows() throws {
        let bench = try Bench()
        bench.files["seeds/raw.csv"] = "id,n\n1,10\n2,20\n3,\n3,\n"
        bench.files["models/a.sql"] = Self.model
        bench.run(.build)
        #expect(try difference(bench).isEmpty)
        // 2 has changed, 0 came late, and of the two NULL rows of 3 one is gone.
        bench.files["seeds/raw.csv"] = "id,n\n1,10\n2,21\n3,\n0,5\n"
        bench.run(.build)
        let found = try difference(bench)
        #expect(
            Set(found.stale) == [
                .init(values: [.int(2), .int(20)], count: 1),
                .init(values: [.int(3), .null], count: 1),
            ])
        #expect(
            Set(found.missing) == [
                .init(values: [.int(2), .int(21)], count: 1),
                .init(values: [.int(0), .int(5)], count: 1),
            ])
        #expect(found.staleCount == 2 && found.missingCount == 2)
        #expect(try difference(bench, limit: 1).missing.count == 1)
        // Nothing was changed by looking.
        #expect(try bench.rows("select count(*), sum(n) from a") == ["4|30"])
    }

    @Test("columns of one side only are named, the others compared")
    func columns() throws {
        let bench = try Bench()
        bench.files["seeds/raw.csv"] = "id,n\n1,10\n"
        bench.files["models/a.sql"] = Self.model
        bench.run(.build)
        bench.files["models/a.sql"] =
            "{{ config(materialized='incremental') }}select id, n as m from {{ ref('raw') }}"
        let found = try difference(bench)
        #expect(found.vanishedColumns == ["n"] && found.newColumns == ["m"])
        #expect(found.staleCount == 0 && found.missingCount == 0 && !found.isEmpty)
    }

    @Test("a model that is not built yet is an error that names it")
    func unbuilt() throws {
        let bench = try Bench()
        bench.files["seeds/raw.csv"] = "id,n\n1,10\n"
        bench.files["models/a.sql"] = Self.model
        #expect(throws: SQLFailure.self) { try difference(bench) }
    }
}
