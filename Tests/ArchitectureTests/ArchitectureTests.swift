import Foundation
import Testing

/// What each module may import. Widening a row is a change of design: do it in a commit of its
/// own, with the reason.
private let allowedImports: [String: Set<String>] = [
    "Benchmarks": [
        "Benchmarks", "ByteText", "CSQLite", "Codecs", "Connections", "DatabasePeers", "Domain",
        "Engine",
        "Foundation", "Glibc", "GraphLayout", "GraphPicture", "JSONText", "LogFiles", "LogText",
        "PipelineFiles",
        "QueryPlans", "ResultStore", "Runners", "SchedulerCore", "Screen", "SparkAdvice",
        "SparkLog", "SparkSources", "Store", "SurvivalWorld", "Synchronization", "TextSearch",
    ],
    "ByteCoding": ["Domain", "SchedulerCore"],
    // What results leave as, for rows that pass and for rows that were kept.
    "ByteText": ["Domain"],
    "Codecs": ["CZlib", "CZstd"],
    "Connections": [
        "ByteText", "CPostgres", "CProcess", "CSQLite", "Domain", "Foundation", "Glibc",
        "JSONText", "SQLText", "Synchronization",
    ],
    "Demo": [],
    "Domain": [],
    "EditorText": ["Screen"],
    "Engine": [
        "CProcess", "Dispatch", "Domain", "Foundation", "Glibc", "Runners", "SchedulerCore",
        "Store", "Synchronization",
        "WholeFiles",
    ],
    "GraphLayout": ["Domain"],
    "GraphPicture": ["Domain", "GraphLayout", "Screen"],
    "JSONText": [],
    "Jinja": ["Domain"],
    "LogFiles": [
        "CByteScan", "Dispatch", "Domain", "Glibc", "LogText", "Synchronization", "TextSearch",
        "WholeFiles",
    ],
    "LogText": ["Domain"],
    "MonitorPanes": [
        "Domain", "GraphLayout", "GraphPicture", "LogText", "PaneKit", "Screen", "TextSearch",
    ],
    "PaneKit": ["Domain", "Screen"],
    "PipelineFiles": ["Domain", "YAMLReading"],
    "PlanPanes": ["Domain", "JSONText", "PaneKit", "QueryPlans", "Screen"],
    "PlanRunner": [
        "Connections", "Domain", "Foundation", "Glibc", "JSONText", "QueryPlans", "WholeFiles",
    ],
    // Profiles of runs are values that `RunProfiles` makes; the pane shows them.
    "ProfilePanes": ["Domain", "PaneKit", "RunProfiles", "Screen", "SparkAdvice", "SparkLog"],
    // Pure work on all processors: the one place where analysers meet threads.
    "Processors": ["Dispatch", "Glibc", "Synchronization"],
    "QueryPlans": ["Domain", "JSONText"],
    "Quality": ["Domain", "JSONText", "Yams"],
    "QualityConnections": ["Connections", "JSONText", "Quality", "QualityRunner"],
    "QualityHistory": ["Domain", "Foundation", "JSONText", "Quality"],
    // Reports and kept records are values: the pane shows them and asks for checks.
    "QualityPanes": ["Domain", "JSONText", "PaneKit", "Quality", "Screen"],
    "QualityRunner": ["CSQLite", "Domain", "Glibc", "JSONText", "Quality", "TextSearch"],
    // Values of kept results and pure text: the desk shows them, it reads nothing itself.
    "QueryPanes": ["Domain", "EditorText", "PaneKit", "ResultStore", "SQLText", "Screen"],
    "ResultStore": ["ByteText", "Domain", "Glibc", "Synchronization", "WholeFiles"],
    "RunProfiles": ["Domain", "SchedulerCore"],
    "Runners": [
        "ByteCoding", "CProcess", "CSQLite", "Domain", "Foundation", "Glibc", "LogText",
        "SchedulerCore", "Synchronization",
    ],
    "SQLText": [],
    "SchedulerCore": ["Domain"],
    "Screen": [],
    "Session": [
        "CProcess", "Connections", "Dispatch", "Domain", "Engine", "Foundation", "Glibc",
        "JSONText", "LogFiles",
        "LogText", "MonitorPanes", "PaneKit", "PipelineFiles", "PlanPanes", "PlanRunner",
        "ProfilePanes", "Quality", "QualityConnections", "QualityHistory", "QualityPanes",
        "QualityRunner", "QueryPanes", "QueryPlans", "ResultStore", "RunProfiles", "Runners",
        "SQLText", "SchedulerCore", "Screen", "Settings", "SparkAdvice", "SparkLog",
        "SparkSources", "Store",
        "Synchronization", "Terminal", "TextSearch", "Themes", "Transform", "TransformFiles",
        "TransformHistory", "TransformPanes", "TransformRunner", "Workbench", "Workspace",
        "WholeFiles",
    ],
    "Settings": ["Domain", "PaneKit", "Screen", "Yams"],
    "SparkAdvice": ["Domain", "JSONText", "Processors", "SparkLog"],
    "SparkLog": ["CByteScan", "Domain", "Processors"],
    "SparkPartitions": [],
    "SparkSources": [
        "Codecs", "Dispatch", "Domain", "Foundation", "Glibc", "Processors", "SparkLog",
        "Synchronization", "WholeFiles",
    ],
    "Store": [
        "ByteCoding", "CPageSums", "CProcess", "CSQLite", "Dispatch", "Domain", "Foundation",
        "GRDB",
        "Glibc", "SchedulerCore", "Synchronization",
        "WholeFiles",
    ],
    "Terminal": ["CTerminal", "Domain", "Glibc", "Screen"],
    "TextSearch": ["CByteScan", "Domain"],
    "Tool": [
        "ArgumentParser", "ByteText", "Codecs", "Connections", "Demo", "Dispatch", "Domain",
        "Engine",
        "Foundation",
        "Glibc", "GraphLayout", "GraphPicture", "JSONText", "LogFiles", "PaneKit", "PipelineFiles",
        "PlanRunner", "Quality", "QualityConnections", "QualityHistory", "QualityRunner",
        "QueryPlans", "RunProfiles", "SQLLineage", "SchedulerCore", "Screen", "Session", "Settings",
        "SparkAdvice", "SparkLog",
        "SparkPartitions",
        "SparkSources", "Store", "Synchronization", "Terminal", "Transform", "TransformConnections",
        "TransformFiles", "TransformHistory",
        "TransformRunner", "Workbench", "Workspace",
        "WholeFiles",
    ],
    "SQLLineage": [],
    "Transform": ["Domain", "Jinja", "SQLLineage", "YAMLReading"],
    "TransformConnections": [
        "Connections", "Domain", "Glibc", "Transform", "TransformRunner",
    ],
    "TransformFiles": [
        "Domain", "Foundation", "Glibc", "Transform", "TransformHistory", "WholeFiles",
    ],
    "TransformHistory": ["JSONText"],
    // Nodes and their lineage come as values of its own: the pane reads no project.
    "TransformPanes": ["Domain", "PaneKit", "Screen", "TransformHistory"],
    "TransformTasks": ["Domain", "Foundation", "Transform", "TransformFiles", "TransformRunner"],
    "TransformRunner": [
        "CSQLite", "Domain", "Foundation", "Jinja", "SQLLineage", "Transform",
    ],
    // How a file is written that others read: whole or not at all.
    "WholeFiles": ["Glibc", "Synchronization"],
    "Workbench": [
        "Domain", "MonitorPanes", "PaneKit", "PlanPanes", "ProfilePanes", "QualityPanes",
        "QueryPanes", "Screen", "TransformPanes",
    ],
    "Workspace": [
        "CProcess", "Dispatch", "Domain", "Glibc", "PipelineFiles", "SchedulerCore",
        "Synchronization",
        // A task that builds a dbt project becomes a task a node while pipelines are read.
        "TransformTasks",
    ],
    // CYaml is the libyaml inside Yams; see `YAMLTree` for why its events are read directly.
    "YAMLReading": ["CYaml", "Domain"],
]

@Suite("The arrows of the code map")
struct ArchitectureTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static var sources: [(module: String, file: String, text: String)] {
        let folder = root.appending(path: "Sources")
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap {
            $0 as? String
        }
        return (names ?? []).filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            let module = String(name.prefix { $0 != "/" })
            let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8)
            return text.map { (module, name, $0) }
        }
    }

    @Test("no file imports what its module may not know")
    func imports() {
        let sources = Self.sources
        #expect(!sources.isEmpty)
        for (module, file, text) in sources {
            guard let allowed = allowedImports[module] else {
                Issue.record("\(module) is not in the table: add it with what it may import")
                continue
            }
            for imported in Self.imports(of: text) where !allowed.contains(imported) {
                Issue.record("\(file) imports \(imported), which \(module) may not know")
            }
        }
    }

    @Test("nothing crashes on a user's mistake, and no data race is waved through")
    func forbiddenWords() {
        let words = ["try!", "fatalError(", "@unchecked Sendable", "nonisolated(unsafe)", " as! "]
        for (module, file, text) in Self.sources {
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                for word in words where line.contains(word) {
                    Issue.record("\(file):\(number + 1) says \(word)")
                }
                // A stray `print` would write over the screen.
                if line.drop(while: { $0 == " " }).hasPrefix("print("), module != "Benchmarks" {
                    Issue.record("\(file):\(number + 1) prints")
                }
            }
        }
    }

    @Test("the top level holds what the design says, nothing else")
    func topLevel() throws {
        let allowed: Set = ["Package.swift", "Sources", "Tests", "themes", "README.md"]
        // Git ignores these: what packages resolve to, and what README's first command makes.
        let ignored: Set = ["Package.resolved", "spillway-demo"]
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
        let extra = Set(names.filter { !$0.hasPrefix(".") }).subtracting(allowed)
            .subtracting(ignored)
        #expect(extra.isEmpty)
    }

    private static func imports(of text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            var words = line.split(separator: " ")[...]
            while let first = words.first, first.hasPrefix("@") || first == "public" {
                words.removeFirst()
            }
            guard words.first == "import", words.count >= 2 else { return nil }
            let kinds: Set = ["struct", "class", "enum", "func", "protocol", "var", "typealias"]
            let name =
                kinds.contains(String(words[words.startIndex + 1]))
                ? words[words.startIndex + 2] : words[words.startIndex + 1]
            // A line of Python in a text names several.
            guard !name.contains(",") else { return nil }
            return String(name.prefix { $0 != "." })
        }
    }
}
