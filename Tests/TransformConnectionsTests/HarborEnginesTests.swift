import Foundation
import Testing
import Transform
import TransformRunner

/// The shared project `harbor`, found beside the work tree; without it these tests cannot run.
private enum Harbor {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/dbt/harbor")
    static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// What an author changes so that harbor runs on any engine: three expressions that only SQLite
    /// takes, and times that stay texts.
    static func copy(to bench: EngineBench) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name != "profiles.yml" {
            try FileManager.default.copyItem(
                at: folder.appending(path: name), to: bench.folder.appending(path: name))
        }
        let settings = try String(
            contentsOf: folder.appending(path: "dbt_project.yml"), encoding: .utf8)
        let types = """
                raw_calls:
                  +column_types: {planned_arrival: text, actual_arrival: text, departure: text, reported_at: text}
                raw_containers:
                  +column_types: {moved_at: text}
                raw_vessels:
                  +column_types: {updated_at: text}

            """
        try bench.write(settings + types, to: "dbt_project.yml")
        try bench.write(
            """
            {% macro hours_between(a, b) -%}
            {{ return(adapter.dispatch('hours_between', 'harbor')(a, b)) }}
            {%- endmacro %}
            {% macro sqlite__hours_between(a, b) -%}
            round((julianday({{ b }}) - julianday({{ a }})) * 24.0, 2)
            {%- endmacro %}
            {% macro duckdb__hours_between(a, b) -%}
            round((epoch({{ b }}::timestamp) - epoch({{ a }}::timestamp)) / 3600.0, 2)
            {%- endmacro %}
            {% macro postgres__hours_between(a, b) -%}
            round(extract(epoch from ({{ b }}::timestamp - {{ a }}::timestamp)) / 3600.0, 2)
            {%- endmacro %}
            """, to: "macros/time.sql")
        for (path, old, new) in [
            (
                "models/marts/dim_vessels.sql", "main.ix_dim_vessels on dim_vessels",
                "ix_dim_vessels on {{ this.include(database=false, schema=target.type != 'sqlite') }}"
            ),
            (
                "models/staging/stg_ports.sql", "is_active in ('true', 'True', 1)",
                "cast(is_active as text) in ('true', 'True', '1')"
            ),
        ] {
            let text = try String(
                contentsOf: folder.appending(path: path), encoding: .utf8)
            #expect(text.contains(old))
            try bench.write(text.replacing(old, with: new), to: path)
        }
    }
}

@Suite("harbor on other engines", .enabled(if: Harbor.isThere && !EngineBench.others.isEmpty))
struct HarborEnginesTests {
    @Test(
        "made portable in three places, its tables and node states are those of SQLite",
        arguments: EngineBench.others)
    func steps(_ dialect: SQLDialect) throws {
        let benches = [try EngineBench(.sqlite), try EngineBench(dialect)]
        for bench in benches { try Harbor.copy(to: bench) }
        func compare(_ step: String, _ command: RunCommand, full: Bool = false) throws {
            let results = benches.map { $0.run(command, full: full) }
            for result in results[1] where result.status == .error {
                Issue.record("\(step) \(result.uniqueID): \(result.message ?? "")")
            }
            #expect(
                results[0].map { "\($0.uniqueID) \($0.status) \($0.failures ?? -1)" }
                    == results[1].map { "\($0.uniqueID) \($0.status) \($0.failures ?? -1)" },
                "\(step)")
        }
        func compareTables(_ step: String) throws {
            let names = try benches[0].relations()
            #expect(try benches[1].relations() == names, "\(step)")
            for name in names {
                // Hashes of snapshots: SQLite's are upper case, of texts that differ in `.000`.
                let columns =
                    name == "ports_snapshot"
                    ? "port_code, unlocode, port_name, country, berths, is_active, "
                        + "case when dbt_valid_to is null then 0 else 1 end"
                    : name == "vessels_snapshot"
                        ? "vessel_id, vessel_name, flag, teu, updated_at, upper(dbt_scd_id), "
                            + "dbt_updated_at, dbt_valid_from, dbt_valid_to" : "*"
                let rows = try benches.map {
                    try $0.rows("select \(columns) from \($0.sqlName(name))")
                }
                #expect(rows[0] == rows[1], "\(step) \(name)")
            }
        }
        try compare("seed", .seed)
        try compare("build", .build)
        try compareTables("step 1")
        try compare("run", .run)
        try compareTables("step 2")
        for bench in benches {
            for name in ["raw_calls", "raw_containers", "raw_ports", "raw_vessels"] {
                let text = try String(
                    contentsOf: Harbor.folder.appending(path: "seeds_batch2/\(name).csv"),
                    encoding: .utf8)
                try bench.write(text, to: "seeds/\(name).csv")
            }
        }
        try compare("seed 2", .seed)
        try compare("build 2", .build)
        // PostgreSQL drops the views over a table that is replaced; a skipped one stays away.
        try compare("run 2", .run)
        try compareTables("step 3")
        try compare("run anew", .run, full: true)
        try compareTables("step 4")
    }
}
