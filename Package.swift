// swift-tools-version: 6.2
import PackageDescription

// One line a module: its name, the modules it may import, and what it takes from outside.
// `Tests/ArchitectureTests` holds the same arrows against the import lines of every file.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func module(
    _ name: String, _ modules: [String] = [], outside: [Target.Dependency] = [],
    resources: [Resource] = [], path: String? = nil
) -> Target {
    .target(
        name: name, dependencies: modules.map { .byName(name: $0) } + outside, path: path,
        resources: resources, swiftSettings: strict)
}

func tests(
    _ name: String, _ modules: [String], outside: [Target.Dependency] = [],
    exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: modules.map { .byName(name: $0) } + outside, exclude: exclude,
        resources: resources, swiftSettings: strict)
}

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "spillway",
    products: [
        .executable(name: "spillway", targets: ["Tool"]),
        .executable(name: "spillway-bench", targets: ["Benchmarks"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C: what Swift cannot call by itself.
        .target(name: "CByteScan"),
        .target(name: "CPageSums", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CProcess"),
        // Of libpq, its headers alone: see there.
        .target(name: "CPostgres", linkerSettings: [.linkedLibrary("dl")]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(
            name: "CTerminal",
            linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
        // Words and values.
        module("Domain"),
        module("Screen"),
        module("ByteText", ["Domain"]),
        module("WholeFiles"),
        module("Processors"),
        module("JSONText"),
        module("GraphLayout", ["Domain"]),
        module("GraphPicture", ["Domain", "GraphLayout", "Screen"]),
        // Analysers: text or bytes in, values out.
        module("YAMLReading", ["Domain"], outside: [yams]),
        module("PipelineFiles", ["Domain", "YAMLReading"]),
        module("SchedulerCore", ["Domain"]),
        module("RunProfiles", ["Domain", "SchedulerCore"]),
        module("ByteCoding", ["Domain", "SchedulerCore"]),
        module("Codecs", ["CZlib", "CZstd"]),
        module("SparkLog", ["CByteScan", "Domain", "Processors"]),
        module("SparkAdvice", ["Domain", "JSONText", "Processors", "SparkLog"]),
        module("SparkPartitions"),
        module("TextSearch", ["CByteScan", "Domain"]),
        module("Jinja", ["Domain"]),
        module("SQLLineage"),
        module("Transform", ["Domain", "Jinja", "SQLLineage", "YAMLReading"]),
        module("Quality", ["Domain", "JSONText"], outside: [yams]),
        // The running side.
        module("LogText", ["Domain"]),
        module("LogFiles", ["CByteScan", "Domain", "LogText", "TextSearch", "WholeFiles"]),
        module("SparkSources", ["Codecs", "Domain", "Processors", "SparkLog", "WholeFiles"]),
        module(
            "Store",
            [
                "ByteCoding", "CPageSums", "CProcess", "CSQLite", "Domain", "SchedulerCore",
                "WholeFiles",
            ],
            outside: [grdb]),
        module(
            "Runners",
            ["ByteCoding", "CProcess", "CSQLite", "Domain", "LogText", "SchedulerCore"]),
        module(
            "Engine", ["CProcess", "Domain", "Runners", "SchedulerCore", "Store", "WholeFiles"]),
        module(
            "Connections",
            ["ByteText", "CPostgres", "CProcess", "CSQLite", "Domain", "JSONText", "SQLText"]),
        module("Demo", resources: [.embedInCode("Project"), .embedInCode("Scaffold")]),
        module("QueryPlans", ["Domain", "JSONText"]),
        module("PlanRunner", ["Connections", "Domain", "JSONText", "QueryPlans", "WholeFiles"]),
        module("QualityRunner", ["CSQLite", "Domain", "JSONText", "Quality", "TextSearch"]),
        module("QualityConnections", ["Connections", "JSONText", "Quality", "QualityRunner"]),
        module("QualityHistory", ["Domain", "JSONText", "Quality"]),
        module("TransformHistory", ["JSONText"]),
        module("TransformFiles", ["Domain", "Transform", "TransformHistory", "WholeFiles"]),
        module("TransformRunner", ["CSQLite", "Domain", "Jinja", "SQLLineage", "Transform"]),
        module(
            "TransformConnections", ["Connections", "Domain", "Transform", "TransformRunner"]),
        module(
            "TransformTasks", ["Domain", "Transform", "TransformFiles", "TransformRunner"]),
        module(
            "Workspace",
            ["CProcess", "Domain", "PipelineFiles", "SchedulerCore", "TransformTasks"]),
        // The screen side.
        module("PaneKit", ["Domain", "Screen"]),
        module(
            "MonitorPanes",
            [
                "Domain", "GraphLayout", "GraphPicture", "LogText", "PaneKit", "Screen",
                "TextSearch",
            ]),
        module("PlanPanes", ["Domain", "JSONText", "PaneKit", "QueryPlans", "Screen"]),
        module(
            "ProfilePanes",
            ["Domain", "PaneKit", "RunProfiles", "Screen", "SparkAdvice", "SparkLog"]),
        module("QualityPanes", ["Domain", "JSONText", "PaneKit", "Quality", "Screen"]),
        module("TransformPanes", ["Domain", "PaneKit", "Screen", "TransformHistory"]),
        module("SQLText"),
        module("EditorText", ["Screen"]),
        module("ResultStore", ["ByteText", "Domain", "WholeFiles"]),
        module(
            "QueryPanes",
            ["Domain", "EditorText", "PaneKit", "ResultStore", "SQLText", "Screen"]),
        module(
            "Workbench",
            [
                "Domain", "MonitorPanes", "PaneKit", "PlanPanes", "ProfilePanes", "QualityPanes",
                "QueryPanes", "Screen", "TransformPanes",
            ]),
        module(
            "Settings", ["Domain", "PaneKit", "Screen"], outside: [yams],
            resources: [.embedInCode("Presets/k9s.yml"), .embedInCode("Presets/vim.yml")]),
        module(
            "Themes",
            resources: [
                "terminal", "dark", "light", "high-contrast", "deuteranopia", "protanopia",
                "tritanopia", "mono",
            ].map { .embedInCode($0 + ".yml") }, path: "themes"),
        module("Terminal", ["CTerminal", "Domain", "Screen"]),
        module(
            "Session",
            [
                "CProcess", "Connections", "Domain", "Engine", "JSONText", "LogFiles", "LogText",
                "MonitorPanes", "PaneKit", "PipelineFiles", "PlanPanes", "PlanRunner",
                "ProfilePanes", "Quality", "QualityConnections", "QualityHistory", "QualityPanes",
                "QualityRunner", "QueryPanes", "QueryPlans", "ResultStore", "RunProfiles",
                "Runners", "SQLText", "SchedulerCore", "Screen", "Settings",
                "SparkAdvice", "SparkLog", "SparkSources", "Store", "Terminal", "TextSearch",
                "Themes", "Transform", "TransformFiles", "TransformHistory", "TransformPanes",
                "TransformRunner", "Workbench", "Workspace",
                "WholeFiles",
            ]),
        .executableTarget(
            name: "Tool",
            dependencies: [
                "ByteText", "Codecs", "Connections", "Demo", "Domain", "Engine", "GraphLayout",
                "GraphPicture",
                "JSONText", "LogFiles", "PaneKit", "PipelineFiles", "PlanRunner", "Quality",
                "QualityConnections", "QualityHistory", "QualityRunner", "QueryPlans",
                "RunProfiles", "SQLLineage",
                "SchedulerCore",
                "Screen", "Session", "Settings", "SparkAdvice", "SparkLog", "SparkPartitions",
                "SparkSources", "Store", "Terminal", "Transform", "TransformConnections",
                "TransformFiles", "TransformHistory",
                "TransformRunner", "Workbench",
                "Workspace", argumentParser,
                "WholeFiles",
            ], swiftSettings: strict),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "ByteText", "CSQLite", "Connections", "DatabasePeers", "Domain", "Engine",
                "GraphLayout", "GraphPicture", "JSONText", "LogFiles", "LogText", "PipelineFiles",
                "QueryPlans",
                "ResultStore",
                "Runners", "SchedulerCore", "Screen", "SparkAdvice", "SparkLog", "SparkSources",
                "Store", "SurvivalWorld", "TextSearch",
            ], swiftSettings: strict),
        // Tests.
        tests("ArchitectureTests", []),
        tests("CodecsTests", ["CZlib", "CZstd", "Codecs", "TestRandom"]),
        .target(
            name: "DatabasePeers", dependencies: ["Connections"], path: "Tests/DatabasePeers",
            swiftSettings: strict),
        .target(name: "TestRandom", path: "Tests/TestRandom", swiftSettings: strict),
        tests(
            "ConnectionsTests",
            ["ByteText", "CSQLite", "Connections", "DatabasePeers", "Domain", "SQLText"]),
        tests("DemoTests", ["Demo", "Domain", "PipelineFiles"]),
        tests("EndToEndTests", ["CProcess", "DatabasePeers", "Tool"]),
        .executableTarget(
            name: "engine-host",
            dependencies: [
                "Domain", "Engine", "Runners", "SchedulerCore", "Store", "SurvivalWorld",
            ],
            path: "Tests/EngineHost", swiftSettings: strict),
        tests(
            "EngineTests",
            [
                "engine-host", "Domain", "Engine", "Runners", "SchedulerCore", "Store",
                "SurvivalWorld",
            ]),
        .target(
            name: "SurvivalWorld",
            dependencies: ["Domain", "Engine", "Runners", "SchedulerCore", "Store"],
            path: "Tests/SurvivalWorld", swiftSettings: strict),
        tests("GraphLayoutTests", ["Domain", "GraphLayout"]),
        tests("GraphPictureTests", ["Domain", "GraphLayout", "GraphPicture", "Screen"]),
        tests("JinjaTests", ["Domain", "Jinja"], resources: [.copy("Fixtures")]),
        tests("LogFilesTests", ["LogFiles", "LogText", "Domain"]),
        tests("LogTextTests", ["LogText", "Domain"]),
        tests("PipelineFilesTests", ["Domain", "PipelineFiles"]),
        tests("PlanPanesTests", ["Domain", "PaneKit", "PlanPanes", "QueryPlans", "Screen"]),
        tests(
            "PlanRunnerTests",
            ["Connections", "DatabasePeers", "Domain", "JSONText", "PlanRunner", "QueryPlans"]),
        tests("ProcessorsTests", ["Processors"]),
        tests("QualityTests", ["Domain", "JSONText", "Quality"]),
        tests(
            "QualityPanesTests",
            ["Domain", "JSONText", "PaneHarness", "PaneKit", "Quality", "QualityPanes", "Screen"]),
        tests(
            "QualityRunnerTests", ["Domain", "JSONText", "Quality", "QualityRunner"],
            exclude: ["Fixtures", "Measured"]),
        tests("QueryPlansTests", ["Domain", "JSONText", "QueryPlans"]),
        tests("RunProfilesTests", ["Domain", "RunProfiles", "SchedulerCore"]),
        tests(
            "RunnersTests", ["ByteCoding", "CProcess", "Domain", "Runners", "SchedulerCore"]),
        tests(
            "SchedulerCoreTests", ["SchedulerCore", "Domain", "TestRandom"],
            resources: [.copy("Fixtures")]),
        tests("ScreenTests", ["Screen"]),
        tests(
            "SettingsTests",
            ["Domain", "PaneKit", "Screen", "Settings", "Themes", "Workbench"]),
        tests(
            "ProfilePanesTests",
            [
                "Domain", "PaneKit", "ProfilePanes", "RunProfiles", "SchedulerCore", "Screen",
                "SparkAdvice", "SparkLog", "TestRandom",
            ]),
        tests(
            "SparkAdviceTests", ["Domain", "JSONText", "SparkAdvice", "SparkLog", "SparkSources"],
            resources: [.copy("Fixtures")]),
        tests("SparkLogTests", ["Domain", "SparkLog", "TestRandom"]),
        tests("SparkPartitionsTests", ["SparkPartitions"], resources: [.copy("Fixtures")]),
        tests(
            "SparkSourcesTests", ["Codecs", "Domain", "SparkLog", "SparkSources"],
            resources: [.copy("Fixtures")]),
        tests("StoreTests", ["Domain", "SchedulerCore", "Store", "TestRandom"], outside: [grdb]),
        tests("TextSearchTests", ["TextSearch", "Domain"]),
        .executableTarget(
            name: "TerminalProbe", dependencies: ["Domain", "Screen", "Terminal"],
            path: "Tests/TerminalProbe", swiftSettings: strict),
        tests("TerminalTests", ["CTerminal", "Domain", "Screen", "Terminal"]),
        tests("SQLLineageTests", ["SQLLineage"]),
        tests("TransformTests", ["Domain", "Jinja", "SQLLineage", "Transform", "TransformFiles"]),
        tests(
            "TransformRunnerTests",
            ["Domain", "Jinja", "Transform", "TransformFiles", "TransformRunner"],
            exclude: ["Measured"]),
        tests(
            "TransformConnectionsTests",
            [
                "Connections", "DatabasePeers", "Domain", "Transform", "TransformConnections",
                "TransformFiles", "TransformRunner",
            ]),
        tests("TransformTasksTests", ["Domain", "TransformTasks"]),
        tests("TransformHistoryTests", ["TransformFiles", "TransformHistory"]),
        tests(
            "TransformPanesTests",
            ["Domain", "PaneHarness", "PaneKit", "Screen", "TransformHistory", "TransformPanes"]),
        .target(
            name: "PaneHarness", dependencies: ["Domain", "PaneKit", "Screen"],
            path: "Tests/PaneHarness", swiftSettings: strict),
        tests("PaneKitTests", ["Domain", "PaneHarness", "PaneKit", "Screen"]),
        tests("SQLTextTests", ["SQLText", "TestRandom"]),
        tests("EditorTextTests", ["EditorText", "Screen", "TestRandom"]),
        tests("WholeFilesTests", ["WholeFiles"]),
        tests("YAMLReadingTests", ["TestRandom", "YAMLReading"]),
        tests("ResultStoreTests", ["Domain", "ResultStore"]),
        tests(
            "QueryPanesTests",
            [
                "Domain", "EditorText", "PaneHarness", "PaneKit", "QueryPanes", "ResultStore",
                "SQLText", "Screen",
            ]),
        tests("WorkbenchTests", ["Domain", "MonitorPanes", "PaneKit", "Screen", "Workbench"]),
    ]
)
