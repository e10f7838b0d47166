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
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: modules.map { .byName(name: $0) } + outside,
        resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "spillway",
    products: [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // C: what Swift cannot call by itself.
        .target(name: "CByteScan"),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        // Words and values.
        module("Domain"),
        module("Screen"),
        module("JSONText"),
        // Analysers: text or bytes in, values out.
        module("SchedulerCore", ["Domain"]),
        module("TextSearch", ["CByteScan", "Domain"]),
        module(
            "Quality", ["Domain", "JSONText"],
            outside: [.product(name: "Yams", package: "Yams")]),
        // The running side.
        module("QualityRunner", ["CSQLite", "Domain", "JSONText", "Quality", "TextSearch"]),
        tests("ArchitectureTests", []),
        tests("QualityTests", ["Domain", "JSONText", "Quality"]),
        tests(
            "QualityRunnerTests", ["Domain", "JSONText", "Quality", "QualityRunner"],
            resources: [.copy("Measured")]),
    ]
)
