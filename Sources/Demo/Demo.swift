/// A file of a project that a command makes.
public struct ProjectFile: Hashable, Sendable {
    /// Relative to the project's folder, with `/` between folders.
    public var path: String
    public var bytes: [UInt8]
    /// Whether its mode is 0755 instead of 0644.
    public var isExecutable: Bool

    init(_ path: String, _ bytes: [UInt8], isExecutable: Bool = false) {
        self.path = path
        self.bytes = bytes
        self.isExecutable = isExecutable
    }
}

/// The sample project of `spillway demo`: four harbour shops, their orders, a SQLite warehouse.
///
/// The files lie in `Sources/Demo/Project` as they will lie in the project; the package embeds
/// them by base name, so base names are unique. Running it again, whole or in part, is safe.
public enum DemoProject {
    /// The pipeline to run first; takes about half a minute with four slots.
    public static let mainPipeline = "harbour_orders"

    public static var files: [ProjectFile] { definitions + materials }

    /// What the project is read from: settings, pipelines and what they name.
    public static var definitions: [ProjectFile] {
        [
            ProjectFile("spillway.yml", PackageResources.spillway_yml),
            ProjectFile("pipelines/harbour_orders.yml", PackageResources.harbour_orders_yml),
            ProjectFile("pipelines/freshness.yml", PackageResources.freshness_yml),
        ] + statements + marts
    }

    /// What its tasks and readers need: all the rest.
    public static var materials: [ProjectFile] {
        let generated = "build/\nout/\nwarehouse.db*\ndbt/target/\n.spillway/\n"
        return scripts + data + [
            ProjectFile("README.md", PackageResources.README_md),
            ProjectFile(".gitignore", Array(generated.utf8)),
            ProjectFile("spark-events/skewed_join.zstd", PackageResources.skewed_join_zstd),
        ]
    }

    /// The job whose event log is among ``files``, and a pipeline that runs it; of use where
    /// `spark-submit` is found.
    public static var sparkFiles: [ProjectFile] {
        [
            ProjectFile("jobs/join_skew.py", PackageResources.join_skew_py),
            ProjectFile("pipelines/join_skew.yml", PackageResources.join_skew_yml),
        ]
    }

    private static var data: [ProjectFile] {
        [
            ProjectFile("data/customers.csv", PackageResources.customers_csv),
            ProjectFile("data/orders_bergen.csv", PackageResources.orders_bergen_csv),
            ProjectFile("data/orders_hamburg.csv", PackageResources.orders_hamburg_csv),
            ProjectFile("data/orders_lisbon.csv", PackageResources.orders_lisbon_csv),
            ProjectFile("data/orders_rotterdam.csv", PackageResources.orders_rotterdam_csv),
            ProjectFile("data/products.csv", PackageResources.products_csv),
            ProjectFile("data/rates.csv", PackageResources.rates_csv),
        ]
    }

    private static var scripts: [ProjectFile] {
        [
            ProjectFile("scripts/lib.sh", PackageResources.lib_sh),
            script("build_load", PackageResources.build_load_sh),
            script("check_inputs", PackageResources.check_inputs_sh),
            script("export_html", PackageResources.export_html_sh),
            script("extract", PackageResources.extract_sh),
            script("fetch_rates", PackageResources.fetch_rates_sh),
            script("freshness", PackageResources.freshness_sh),
            script("notify", PackageResources.notify_sh),
            script("report", PackageResources.report_sh),
            script("sessions", PackageResources.sessions_sh),
        ]
    }

    private static func script(_ name: String, _ bytes: [UInt8]) -> ProjectFile {
        ProjectFile("scripts/\(name).sh", bytes, isExecutable: true)
    }

    private static var statements: [ProjectFile] {
        [
            ProjectFile("checks/orders.yml", PackageResources.orders_yml),
            ProjectFile("sql/schema.sql", PackageResources.schema_sql),
            ProjectFile("sql/new_visitors.sql", PackageResources.new_visitors_sql),
            ProjectFile("sql/new_visitors_cure.sql", PackageResources.new_visitors_cure_sql),
        ]
    }

    private static var marts: [ProjectFile] {
        [
            ProjectFile("dbt/dbt_project.yml", PackageResources.dbt_project_yml),
            ProjectFile("dbt/profiles.yml", PackageResources.profiles_yml),
            ProjectFile("dbt/models/marts.yml", PackageResources.marts_yml),
            ProjectFile("dbt/models/mart_products.sql", PackageResources.mart_products_sql),
            ProjectFile("dbt/models/mart_revenue.sql", PackageResources.mart_revenue_sql),
            ProjectFile("dbt/models/mart_visits.sql", PackageResources.mart_visits_sql),
            ProjectFile("dbt/tests/quality_gate.sql", PackageResources.quality_gate_sql),
        ]
    }
}

/// What `spillway init` puts into a folder: a commented pipeline and the settings.
public enum Scaffold {
    public static var files: [ProjectFile] {
        [
            ProjectFile("spillway.yml", PackageResources.scaffold_settings_yml),
            ProjectFile("pipelines/hello.yml", PackageResources.hello_yml),
        ]
    }
}
