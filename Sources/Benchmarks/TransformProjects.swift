import Foundation

/// A project of the size that people start with, made of nothing but its recipe.
enum ShopProject {
    private static func write(_ text: String, _ path: String) throws {
        let url = URL(filePath: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    static func write(to folder: String) throws {
        try write(
            "name: shop\nversion: \"1.0\"\nprofile: shop\n"
                + "models: {shop: {mart: {+materialized: table}}}\n",
            folder + "/dbt_project.yml")
        try write(
            """
            shop:
              target: dev
              outputs:
                dev: {type: sqlite, threads: 1, database: database, schema: main,
                      schemas_and_paths: {main: "\(folder)/out.db"}, schema_directory: "\(folder)"}
            """, folder + "/profiles.yml")
        var tests = "version: 2\nmodels:\n"
        var state: UInt64 = 42
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        for seed in 0..<5 {
            var rows = "id,kind,amount,day\n"
            for id in 1...1_000 {
                rows +=
                    "\(id),k\(next(7)),\(next(10_000)).\(next(90) + 10),2024-0\(next(9) + 1)-15\n"
            }
            try write(rows, folder + "/seeds/raw_\(seed).csv")
            try write(
                "select id, kind, amount, day from {{ ref('raw_\(seed)') }} where amount > 10",
                folder + "/models/stage/stg_\(seed).sql")
            try write(
                "select kind, count(*) as orders, sum(amount) as total from {{ ref('stg_\(seed)') }}"
                    + " group by kind", folder + "/models/mart/by_kind_\(seed).sql")
            try write(
                "{% set kinds = ['k1', 'k2', 'k3'] %}select day, {% for k in kinds %}"
                    + "sum(case when kind = '{{ k }}' then amount else 0 end) as {{ k }}"
                    + "{{ ',' if not loop.last }}{% endfor %} from {{ ref('stg_\(seed)') }} "
                    + "join {{ ref('by_kind_\(seed)') }} using (kind) group by day",
                folder + "/models/mart/by_day_\(seed).sql")
            for (model, column) in [("stg", "id"), ("by_kind", "kind"), ("by_day", "day")] {
                tests +=
                    "  - name: \(model)_\(seed)\n    columns: [{name: \(column), "
                    + "data_tests: [unique, not_null]}]\n"
            }
        }
        try write(tests, folder + "/models/schema.yml")
    }

    /// Removes what a build made.
    static func clean(_ folder: String) {
        for name in ["out.db", "out.db-wal", "out.db-shm", "target"] {
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    /// The SQL of the build that ran last, as bare SQLite takes it: rows of seeds, models, tests.
    static func statements(_ folder: String) throws -> [String] {
        struct Results: Decodable {
            struct Node: Decodable {
                var unique_id: String
                var compiled_code: String?
            }
            var results: [Node]
        }
        let data = try Data(contentsOf: URL(filePath: folder + "/target/run_results.json"))
        var result: [String] = []
        for node in try JSONDecoder().decode(Results.self, from: data).results {
            let name = node.unique_id.split(separator: ".").last.map(String.init) ?? ""
            switch node.unique_id.prefix(4) {
            case "seed":
                result.append(
                    "begin; create table \(name) (id int, kind text, amount real, day text)")
                let text = try String(
                    contentsOfFile: "\(folder)/seeds/\(name).csv", encoding: .utf8)
                for line in text.split(separator: "\n").dropFirst() {
                    let fields = line.split(separator: ",")
                    result.append(
                        "insert into \(name) values (\(fields[0]), '\(fields[1])', \(fields[2]), "
                            + "'\(fields[3])')")
                }
                result.append("commit")
            case "mode":
                let kind = name.hasPrefix("stg") ? "view" : "table"
                result.append("create \(kind) \(name) as \(node.compiled_code ?? "")")
            default:
                result.append("select count(*) from (\(node.compiled_code ?? ""))")
            }
        }
        return result
    }
}

/// 10 layers of 100 models with two tests each.
enum LayeredProject {
    static func write(to folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder + "/models", withIntermediateDirectories: true)
        func write(_ text: String, _ name: String) throws {
            try text.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
        }
        try write("name: large\nversion: \"1.0\"\nprofile: large\n", "dbt_project.yml")
        try write(
            """
            large:
              target: dev
              outputs:
                dev: {type: sqlite, threads: 1, database: database, schema: main,
                      schemas_and_paths: {main: "\(folder)/out.db"}, schema_directory: "\(folder)"}
            """, "profiles.yml")
        for layer in 0..<10 {
            var tests = "version: 2\nmodels:\n"
            for number in 0..<100 {
                let source =
                    layer == 0
                    ? "(select \(number) as id, 1 as amount)"
                    : "{{ ref('m_\(layer - 1)_\(number)') }} union all select id, amount from "
                        + "{{ ref('m_\(layer - 1)_\((number * 7 + 3) % 100)') }}"
                try write(
                    "{{ config(materialized='view') }}\nselect id, amount from \(source)\n",
                    "models/m_\(layer)_\(number).sql")
                tests +=
                    "  - name: m_\(layer)_\(number)\n    columns:\n      - name: id\n"
                    + "        data_tests: [not_null, unique]\n"
            }
            try write(tests, "models/layer_\(layer).yml")
        }
    }
}
