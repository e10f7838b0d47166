import ArgumentParser
import Domain
import Foundation
import JSONText
import Transform

/// `--engine dbt`: the installed dbt does the work; its log is shown as it comes, and what it
/// leaves behind is read.
enum DbtEngine {
    /// What only our own engines know.
    private static let foreign: Set<String> = [
        "--database", "--openlineage", "--changed", "--fill-gaps", "--node",
    ]

    /// Runs dbt with the words of this command.
    ///
    /// - Parameters:
    ///   - folder: the project's.
    ///   - path: of the `run_results.json` that it will leave.
    /// - Throws: its exit code where that is not 0; a `UserFacingError` where there is no dbt.
    static func run(
        _ words: [String], project folder: String, results path: String, isJSON: Bool
    ) throws {
        guard let program = Self.program else { throw NoDbtError() }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = try arguments(words) + profiles(words, in: folder)
        let pipe = Pipe()
        process.standardOutput = pipe
        try? FileManager.default.removeItem(atPath: path)
        try process.run()
        var rest: [UInt8] = []
        while case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
            rest += data
            while let end = rest.firstIndex(of: 10) {
                show(rest[..<end], isJSON: isJSON)
                rest.removeSubrange(...end)
            }
        }
        if !rest.isEmpty { show(rest[...], isJSON: isJSON) }
        process.waitUntilExit()
        if isJSON, let bytes = FileManager.default.contents(atPath: path) {
            Console.printJSON(json(try EarlierRun(Array(bytes), file: path)))
        }
        let code =
            process.terminationReason == .exit
            ? process.terminationStatus : 128 + process.terminationStatus
        if code != 0 { throw ExitCode(code) }
    }

    private static var program: String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { $0 + "/dbt" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The words behind `transform` without those that are ours.
    static func arguments(_ words: [String]) throws -> [String] {
        var result: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            let name = String(word.prefix { $0 != "=" })
            if foreign.contains(name) {
                throw ValidationError("\(name) is not for dbt: leave it out, or --engine dbt.")
            }
            switch name {
            case "--json": continue
            case "--engine": if word == name { rest = rest.dropFirst() }
            default: result.append(word)
            }
        }
        return result + ["--log-format", "json", "--no-use-colors"]
    }

    /// The project's own profiles: dbt looks for them where it is started, we in the project.
    private static func profiles(_ words: [String], in folder: String) -> [String] {
        let isGiven =
            words.contains { $0 == "--profiles-dir" || $0.hasPrefix("--profiles-dir=") }
            || ProcessInfo.processInfo.environment["DBT_PROFILES_DIR"] != nil
        let manager = FileManager.default
        guard !isGiven, manager.fileExists(atPath: folder + "/profiles.yml") else { return [] }
        return ["--profiles-dir", folder]
    }

    private struct Line: Decodable {
        struct Info: Decodable {
            var msg: String
            var level: String
        }
        var info: Info
    }

    /// A line of the log in dbt's own words; with JSON on standard output, on the other one.
    private static func show(_ bytes: ArraySlice<UInt8>, isJSON: Bool) {
        let line = try? JSONDecoder().decode(Line.self, from: Data(bytes))
        guard line?.info.level != "debug" else { return }
        let text = (line?.info.msg ?? String(decoding: bytes, as: UTF8.self)).printableLines
        if text.isEmpty { return }
        if isJSON { Console.error(text) } else { Console.print(text) }
    }

    private static func json(_ run: EarlierRun) -> JSONValue {
        func count(_ statuses: String...) -> JSONValue {
            .integer(Int64(run.results.count { statuses.contains($0.status) }))
        }
        return .object([
            "results": .array(
                run.results.map { result in
                    .object([
                        "unique_id": .string(result.uniqueID), "status": .string(result.status),
                        "failures": .integer(orNull: result.failures), "rows": .null,
                        "execution_ms": .number((result.seconds * 1e6).rounded() / 1e3),
                        "message": .string(orNull: result.message), "location": .null,
                        "warnings": .array([]), "rewrites": .object([JSONValue.Member]()),
                    ])
                }),
            "summary": .object([
                "pass": count("success", "pass"), "warn": count("warn"),
                "error": count("error", "fail", "partial success", "runtime error"),
                "skip": count("skipped"), "no_op": count("no-op"),
                "total": .integer(Int64(run.results.count)),
            ]),
        ])
    }
}

/// dbt was asked for and is not installed.
struct NoDbtError: UserFacingError {
    var problem: String { "There is no program 'dbt' on the PATH." }
    var remedy: String { "Install dbt-core and an adapter, or leave out --engine dbt." }
}
