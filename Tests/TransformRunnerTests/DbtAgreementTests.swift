import Domain
import Foundation
import Testing
import Transform
import TransformFiles
import TransformRunner

/// A small project made of pieces that a seed chooses.
struct RandomProject {
    var files: [String: String] = [:]
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        files["dbt_project.yml"] = """
            name: p
            version: "1.0"
            profile: p
            vars: {least: \(next(3))}
            models:
              +tags: [all]
              p:
                mart:
                  +materialized: \(["table", "view"][next(2)])
            """
        var rows = "id,kind,amount,day\n"
        for id in 1...(5 + next(20)) {
            let kind = ["a", "b", "", "\"c, d\""][next(4)]
            let amount = ["", "\(next(100))", "\(next(100)).5"][next(3)]
            rows += "\(id % (15 + next(5))),\(kind),\(amount),2024-01-\(10 + next(18))\n"
        }
        files["seeds/raw.csv"] = rows
        var names = ["raw"]
        for number in 0..<(3 + next(4)) {
            let name = "m\(number)"
            let folder = next(2) == 0 ? "" : "mart/"
            files["models/\(folder)\(name).sql"] = model(name, names)
            names.append(name)
        }
        files["models/schema.yml"] = tests(names)
    }

    private mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    private mutating func model(_ name: String, _ names: [String]) -> String {
        let parent = "{{ ref('\(names[next(names.count)])') }}"
        let other = "{{ ref('\(names[next(names.count)])') }}"
        let config =
            [
                "", "{{ config(materialized='table') }}", "{{ config(materialized='ephemeral') }}",
                "{{ config(materialized='incremental') }}",
                "{{ config(materialized='incremental', unique_key='id') }}",
                "{{ config(tags=['x'], meta={'n': 1}) }}",
            ][next(6)]
        let filter =
            config.contains("incremental")
            ? " {% if is_incremental() %} where id > (select coalesce(max(id), 0) - 1 from {{ this }})"
                + " {% endif %}" : ""
        let bodies = [
            "select id, kind, amount, day from \(parent)\(filter)",
            "with x as (\n  select * from \(parent)\n)\nselect id, kind, amount, day from x\(filter)",
            "select id, max(kind) as kind, sum(amount) as amount, min(day) as day from \(parent)"
                + "\(filter) group by id",
            "{%- set kinds = ['a', 'b'] -%}\nselect id, kind, {% for k in kinds %}case when kind = "
                + "'{{ k }}' then amount else 0 end {{ '+' if not loop.last }} {% endfor %} as amount,"
                + " day from \(parent)\(filter)",
            "select id, kind, amount, day from \(parent) where amount >= {{ var('least') }}",
            "select a.id, b.kind, a.amount, b.day from \(parent) a join \(other) b on a.id = b.id",
            "select id, '{{ this.name }}' as kind, {{ var('nothing', 7) }} as amount, day "
                + "from \(parent)\(filter)",
        ]
        return config + "\n" + bodies[next(bodies.count)] + "\n"
    }

    private mutating func tests(_ names: [String]) -> String {
        var text = "version: 2\nmodels:\n"
        for name in names.dropFirst() {
            let severity = ["error", "warn"][next(2)]
            let limit = ["", ", warn_if: '>2', error_if: '>4'", ", where: 'amount > 10'"][next(3)]
            let check =
                [
                    "unique: {config: {severity: \(severity)\(limit)}}",
                    "not_null: {config: {severity: \(severity)\(limit)}}",
                    "relationships: {arguments: {to: ref('raw'), field: id}}",
                    "accepted_values: {arguments: {values: [1, 2, 3], quote: false}, config: "
                        + "{severity: warn}}",
                ][next(4)]
            text += "  - name: \(name)\n    columns: [{name: id, data_tests: [{\(check)}]}]\n"
        }
        return text
    }
}

@Suite(
    "Small random projects become what dbt makes of them", .enabled(if: DbtSession.python != nil))
struct DbtAgreementTests {
    @Test(
        "every table and every node's status agree, on the first and the second run",
        arguments: [1, 2, 3])
    func agree(seed: UInt64) async throws {
        let root = try Self.written(RandomProject(seed: seed).files)
        defer { try? FileManager.default.removeItem(at: root) }
        let (theirs, ours) = (root.path + "/theirs", root.path + "/ours")
        for command in [RunCommand.build, .run] {
            try await DbtSession.shared.run([command.rawValue], in: theirs)
            let results = FileManager.default.contents(atPath: theirs + "/target/run_results.json")
            let expected = try EarlierRun(Array(#require(results)), file: "run_results.json")
            #expect(try run(command, in: ours) == expected.statuses, "seed \(seed)")
            #expect(try tables(ours) == tables(theirs), "seed \(seed)")
        }
    }

    @Test(
        "macros, packages, sources, unit tests, thresholds and failures: every status and table agree",
        arguments: [1, 2, 3, 4])
    func agreeWidely(seed: UInt64) async throws {
        let root = try Self.written(WideProject(seed: seed).files)
        defer { try? FileManager.default.removeItem(at: root) }
        let (theirs, ours) = (root.path + "/theirs", root.path + "/ours")
        // First the seeds: sources read them, and dbt-sqlite makes views of tables that are not there.
        for command in [RunCommand.seed, .build, .run, .test] {
            try await DbtSession.shared.run([command.rawValue], in: theirs)
            let results = FileManager.default.contents(atPath: theirs + "/target/run_results.json")
            let expected = try EarlierRun(Array(#require(results)), file: "run_results.json")
            let found = try run(command, in: ours)
            let differing = Set(found.keys).union(expected.statuses.keys).filter {
                found[$0] != expected.statuses[$0]
            }.map { "\($0): \(found[$0] ?? "-"), not \(expected.statuses[$0] ?? "-")" }
            #expect(differing.isEmpty, "seed \(seed), \(command)")
            #expect(try tables(ours) == tables(theirs), "seed \(seed), \(command)")
        }
    }

    @Test("selections mean the same nodes", arguments: [5, 6])
    func selections(seed: UInt64) async throws {
        var wide = WideProject(seed: seed)
        let root = try Self.written(wide.files)
        defer { try? FileManager.default.removeItem(at: root) }
        let theirs = root.path + "/theirs"
        let project = TransformProject.load(.onDisk(root.path + "/ours"))
        #expect(project.isSound)
        let selection = NodeSelection(project)
        let hidden: Set<ResourceKind> = [.analysis, .group, .operation]
        for arguments in wide.selections(10) {
            let expected = try await listed(arguments, in: theirs)
            let (select, exclude, indirect) = Self.parts(arguments)
            let found = try selection.positions(
                select: select, exclude: exclude, indirect: indirect
            ).map { project.nodes[$0] }.filter { !hidden.contains($0.kind) }.map(\.uniqueID)
            #expect(found.sorted() == expected.sorted(), "\(arguments.joined(separator: " "))")
        }
        for name in ["one", "two", "four", "five"] {
            let expected = try await listed(["--selector", name], in: theirs)
            let found = try selection.positions(selector: name).map { project.nodes[$0] }
                .filter { !hidden.contains($0.kind) }.map(\.uniqueID)
            #expect(found.sorted() == expected.sorted(), "selector \(name)")
        }
    }

    /// The ids that dbt lists.
    private func listed(_ arguments: [String], in folder: String) async throws -> [String] {
        let answer = try await DbtSession.shared.run(
            ["ls", "--output", "json", "--output-keys", "unique_id"] + arguments, in: folder)
        return answer.items.compactMap {
            $0.split(separator: "\"").dropFirst(3).first.map(String.init)
        }
    }

    private static func parts(
        _ arguments: [String]
    ) -> (select: [String], exclude: [String], NodeSelection.IndirectSelection) {
        var parts: [String: [String]] = [:]
        var option = ""
        for word in arguments {
            if word.hasPrefix("--") {
                option = word
            } else {
                parts[option, default: []].append(word)
            }
        }
        return (
            parts["--select"] ?? [], parts["--exclude"] ?? [],
            parts["--indirect-selection"]?.first.flatMap(
                NodeSelection.IndirectSelection.init(rawValue:)) ?? .eager
        )
    }

    /// A folder with the project twice, for dbt and for us, each with a database of its own.
    private static func written(_ files: [String: String]) throws -> URL {
        var files = files
        let root = FileManager.default.temporaryDirectory.appending(
            path: "agreement-\(UUID().uuidString)")
        for side in ["theirs", "ours"] {
            let folder = root.appending(path: side).path
            files["profiles.yml"] = """
                p:
                  target: dev
                  outputs:
                    dev: {type: sqlite, threads: 1, database: database, schema: main,
                          schemas_and_paths: {main: "\(folder)/out.db"}, schema_directory: "\(folder)"}
                """
            for (path, text) in files {
                let url = URL(filePath: folder + "/" + path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: url, atomically: true, encoding: .utf8)
            }
        }
        return root
    }

    private func run(_ command: RunCommand, in folder: String) throws -> [String: String] {
        let files = ProjectFiles.onDisk(folder)
        let project = TransformProject.load(files)
        #expect(project.isSound)
        let run = TransformRun(
            project: project, files: files, database: try SQLiteDatabase(path: folder + "/out.db"),
            settings: RunSettings(command: command, now: "2026-01-01 00:00:00"), clock: { 0 })
        defer { run.finish() }
        let results = run.run().map { ($0.uniqueID, $0.status.rawValue) }
        return Dictionary(results, uniquingKeysWith: { $1 })
    }

    /// Every table's and view's rows, sorted, by its name.
    private func tables(_ folder: String) throws -> [String: [String]] {
        let database = try SQLiteDatabase(path: folder + "/out.db")
        let names = try database.query(
            "select name from sqlite_master where type in ('table', 'view') order by 1")
        var result: [String: [String]] = [:]
        for case .text(let name)? in names.rows.map(\.first) {
            let rows = try database.query("select * from \"\(name)\"")
            result[name] =
                [rows.columns.joined(separator: "|")] + rows.rows.map { "\($0)" }.sorted()
        }
        return result
    }
}
