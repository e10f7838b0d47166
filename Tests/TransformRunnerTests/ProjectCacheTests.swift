import Domain
import Foundation
import Synchronization
import Testing
import Transform
import TransformFiles
import TransformRunner

@Suite("Nodes of a large project kept between commands")
struct ProjectCacheTests {
    /// What is kept, in memory, with the number of times that something was.
    private final class Keeper: Sendable {
        private let state = Mutex<(bytes: [UInt8]?, writes: Int)>((nil, 0))

        var bytes: [UInt8]? { state.withLock { $0.bytes } }
        var writes: Int { state.withLock { $0.writes } }
        func put(_ bytes: [UInt8]?) { state.withLock { $0.bytes = bytes } }

        func cache(_ files: [String: String], program: String = "1") -> ProjectCache {
            ProjectCache(
                program: program, stamp: { files[$0].map { "\($0.hashValue)" } },
                read: { _ in self.bytes },
                write: { _, bytes in
                    self.state.withLock {
                        $0.bytes = bytes
                        $0.writes += 1
                    }
                })
        }
    }

    /// Enough files to be worth it, with something of everything that a node can hold.
    private static var files: [String: String] {
        var files = [
            "dbt_project.yml": """
            name: p
            version: "1.0"
            profile: p
            vars: {least: 1.5, names: [a, b]}
            models: {+tags: [all], p: {+meta: {owner: "{{ env_var('OWNER', 'nobody') }}"}}}
            """,
            "profiles.yml": """
            p: {target: dev, outputs: {dev: {type: sqlite, schema: main, database: database}}}
            """,
            "macros/m.sql": "{% macro twice(x) %}{{ x }} * 2{% endmacro %}",
            "seeds/raw.csv": "id,code\n1,007\n",
            "seeds/seeds.yml": "seeds: [{name: raw, config: {column_types: {code: text}}}]",
            "snapshots/s.sql": """
            {% snapshot one %}{{ config(unique_key='id', strategy='check', check_cols='all') }}
            select * from {{ ref('raw') }}  {%- endsnapshot %}
            {% snapshot two %}{{ config(unique_key='id', strategy='check', check_cols=['id']) }}
            select id from {{ ref('one') }}
            {% endsnapshot %}
            """,
            "tests/single.sql": "{{ config(severity='warn') }} select * from {{ ref('m_1') }}\n\n",
            "models/odd.sql": "select 'é' as a, 1 as b  -- {{ var('least') }}\r\n\n\n",
            "models/off.sql": "{{ config(enabled=false) }} select 1",
            "models/schema.yml": """
            models:
              - name: m_1
                description: "first, \\"quoted\\""
                columns:
                  - name: id
                    data_type: integer
                    constraints: [{type: not_null}]
                    data_tests:
                      - unique
                      - accepted_values: {arguments: {values: [1, 2.5, null]}}
            sources:
              - name: ext
                schema: main
                tables: [{name: raw, freshness: {warn_after: {count: 1, period: day}}}]
            unit_tests:
              - name: u
                model: m_1
                given: [{input: ref('m_0'), rows: [{id: 1}]}]
                expect: {rows: [{id: 2}]}
            exposures:
              - {name: dash, type: dashboard, owner: {name: x}, depends_on: [ref('m_1')]}
            """,
            "models/m_0.sql": "select id from {{ source('ext', 'raw') }}",
        ]
        for number in 1..<150 {
            files["models/m_\(number).sql"] = """
                {{ config(materialized='\(number % 3 == 0 ? "table" : "view")') }}
                select {{ twice('id') }} as id from {{ ref('m_\(number - 1)') }}
                """
        }
        return files
    }

    private static func load(
        _ files: [String: String], _ cache: ProjectCache?, owner: String? = nil
    ) -> TransformProject {
        var options = TransformOptions()
        if let owner { options.environment["OWNER"] = owner }
        return TransformProject.load(ProjectFiles(files), options: options, cache: cache)
    }

    /// All that a project is: its manifest, its mistakes, and the SQL of its nodes.
    private static func text(_ project: TransformProject) throws -> String {
        let session = TransformSession(
            project: project, database: try SQLiteDatabase(path: ":memory:"))
        let compiled = try project.nodes.filter {
            [.model, .snapshot, .test, .analysis].contains($0.kind)
        }.map { "\($0.uniqueID): " + (try session.compile($0).sql) }
        return ManifestFile.text(of: project, generatedAt: "", invocationID: "")
            + project.problems.map { "\n\($0)" }.joined() + "\n" + compiled.joined(separator: "\n")
    }

    @Test("read from what was kept, a project is the same as read anew")
    func same() throws {
        let keeper = Keeper()
        let anew = try Self.text(Self.load(Self.files, nil))
        #expect(try Self.text(Self.load(Self.files, keeper.cache(Self.files))) == anew)
        #expect(keeper.writes == 1)
        #expect(try Self.text(Self.load(Self.files, keeper.cache(Self.files))) == anew)
        #expect(keeper.writes == 1, "the second reading used what the first kept")
    }

    @Test("what is kept no longer holds after a change of a file, the program or the environment")
    func changes() throws {
        let keeper = Keeper()
        _ = Self.load(Self.files, keeper.cache(Self.files))
        var files = Self.files
        files["models/m_1.sql"] = "select 5 as id"
        _ = Self.load(files, keeper.cache(files))
        #expect(keeper.writes == 2)
        _ = Self.load(files, keeper.cache(files, program: "2"))
        #expect(keeper.writes == 3)
        let owned = Self.load(files, keeper.cache(files, program: "2"), owner: "me")
        #expect(keeper.writes == 4)
        #expect(owned.node("model.p.m_1")?.config["meta"]?.map?["owner"]?.text == "me")
        files["models/m_150.sql"] = "select 1 as id"
        #expect(Self.load(files, keeper.cache(files), owner: "me").node("model.p.m_150") != nil)
    }

    @Test("a project whose templates ask for the time or the command is not kept")
    func moments() throws {
        for asked in [
            "run_started_at", "invocation_id", "flags.WHICH", "modules.datetime.datetime.now()",
        ] {
            var files = Self.files
            files["models/m_1.sql"] = "select '{{ \(asked) }}' as id"
            let keeper = Keeper()
            _ = Self.load(files, keeper.cache(files))
            #expect(keeper.writes == 0, "\(asked)")
        }
    }

    @Test("a project with mistakes is not kept, so that each command tells them")
    func mistakes() {
        var files = Self.files
        files["models/m_1.sql"] = "select * from {{ ref('nowhere') }}"
        let keeper = Keeper()
        #expect(!Self.load(files, keeper.cache(files)).isSound)
        #expect(keeper.writes == 0)
    }

    @Test("damaged or cut, what is kept is not used")
    func damage() throws {
        let keeper = Keeper()
        _ = Self.load(Self.files, keeper.cache(Self.files))
        let good = try #require(keeper.bytes)
        let anew = Self.load(Self.files, nil).nodes.map(\.uniqueID)
        for step in 0..<12 {
            var bytes = good
            let place = step * (good.count - 1) / 11
            bytes[place] ^= 0x55
            for damaged in [bytes, Array(good.prefix(place))] {
                keeper.put(damaged)
                let project = Self.load(Self.files, keeper.cache(Self.files))
                #expect(project.nodes.map(\.uniqueID) == anew)
            }
        }
    }
}
