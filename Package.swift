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
    products: [
        .executable(name: "spillway-bench", targets: ["Benchmarks"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        module("Domain"),
        module("Screen"),
        module("SchedulerCore", ["Domain"]),
        .target(name: "CByteScan"),
        module("LogText", ["Domain"]),
        module("TextSearch", ["CByteScan", "Domain"]),
        module("LogFiles", ["CByteScan", "Domain", "LogText", "TextSearch"]),
        .executableTarget(
            name: "Benchmarks", dependencies: ["Domain", "LogFiles", "LogText", "TextSearch"],
            swiftSettings: strict),
        tests("ArchitectureTests", []),
        tests("LogFilesTests", ["LogFiles", "LogText", "Domain"]),
        tests("TextSearchTests", ["TextSearch", "Domain"]),
        tests("LogTextTests", ["LogText", "Domain"]),
    ]
)
