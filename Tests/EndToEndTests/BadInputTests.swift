import Foundation
import Glibc
import Testing

@Suite("Files and folders that are wrong")
struct BadInputTests {
    @Test("validate says good by words, by JSON and by exit code 0")
    func good() throws {
        let project = try Project(["quick": Pipelines.quick, "asking": Pipelines.asking])
        #expect(try project.spillway("validate").code == 0)
        let json = try project.spillway("validate", "--json").json()
        #expect(json["valid"].flag == true)
        #expect(json["pipelines"].list.map(\.["name"].text) == ["asking", "quick"])
        #expect(json["problems"].list.isEmpty)
    }

    @Test(
        "each bad file is refused with its place and a cure, and never runs",
        arguments: [
            ("binary", "control character", 1), ("empty", "empty", 1),
            ("large", "must be a mapping", 1),
            ("duplicate", "'a'", 3), ("cycle", "a → b → c → a", 2), ("need", "'extrac'", 3),
            ("option", "'-rf'", 2), ("deep", "64 levels", 1),
        ])
    func bad(kind: String, words: String, line: Int) throws {
        let project = try Project()
        try project.write("pipelines/flow.yml", Self.badFile(kind))
        let outcome = try project.spillway("validate", "--json")
        #expect(outcome.code == 1)
        let json = try outcome.json()
        #expect(json["valid"].flag == false)
        let problem = json["problems"][0]
        #expect(problem["line"].number == line)
        #expect((problem["column"].number ?? 0) >= 1)
        let text = (problem["problem"].text ?? "") + " " + (problem["remedy"].text ?? "")
        #expect(text.contains(words), "\(text)")
        #expect(!(problem["remedy"].text ?? "").isEmpty)
        let words = try project.spillway("validate")
        #expect(words.code == 1 && words.errors.contains("pipelines/flow.yml"))
        #expect(words.errors.utf8.count < 100_000)
        #expect(try project.spillway("run", "flow").code == 2)
    }

    private static func badFile(_ kind: String) -> Data {
        switch kind {
        case "binary": Data((0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) })
        case "empty": Data()
        case "large": Data(repeating: UInt8(ascii: "x"), count: 10_000_000)
        case "deep": Data(repeating: UInt8(ascii: "["), count: 200_000)
        case "duplicate": Data("tasks:\n  a: { run: x }\n  a: { run: y }\n".utf8)
        case "cycle":
            Data(
                """
                tasks:
                  a: { run: x, needs: c }
                  b: { run: x, needs: a }
                  c: { run: x, needs: b }

                """.utf8)
        case "need":
            Data("tasks:\n  extract: { run: x }\n  b: { run: y, needs: extrac }\n".utf8)
        default: Data("tasks:\n  -rf: { run: x }\n".utf8)
        }
    }

    @Test("a state folder that cannot be used is named, with what to do")
    func unusableState() throws {
        let project = try Project(["quick": Pipelines.quick])
        try project.write("taken", "a file, not a folder")
        let outcome = try project.spillway("run", "quick", "--state", project.path + "/taken")
        #expect(outcome.code == 2)
        #expect(outcome.errors.contains("The state folder \(project.path)/taken cannot be used"))
        #expect(outcome.errors.contains("--state DIR"))
        let readOnly = try project.spillway("run", "quick", "--state", "/proc/spillway")
        #expect(readOnly.code == 2)
        #expect(readOnly.errors.contains("/proc/spillway"))
    }
}
