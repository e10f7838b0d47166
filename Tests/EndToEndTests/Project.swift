import Foundation
import Glibc
import Testing

/// A project folder made by a test, and the built `spillway` to use on it; removed at the end.
final class Project {
    /// The folder, short enough for the path of a socket in it.
    let path: String
    private var count = 0

    init() throws {
        var template = Array("/tmp/spillway-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble("no folder in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A project with `pipelines/NAME.yml` for each entry.
    convenience init(_ pipelines: [String: String]) throws {
        try self.init()
        for (name, text) in pipelines { try write("pipelines/\(name).yml", text) }
    }

    deinit {
        endWhatIsLeft()
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A test may end while tasks run, which outlive the `spillway` that started them.
    private func endWhatIsLeft() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = Int32(name), pid != getpid() else { continue }
            let folder =
                (try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(pid)/cwd")) ?? ""
            let words = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            if (folder + "/").hasPrefix(path + "/") || words.range(of: Data(path.utf8)) != nil {
                kill(pid, SIGKILL)
            }
        }
    }

    func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

    func write(_ name: String, _ bytes: Data) throws {
        let file = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: file)
    }

    /// The text of a file of the project; empty where there is none.
    func read(_ name: String) -> String {
        String(
            decoding: FileManager.default.contents(atPath: path + "/" + name) ?? Data(),
            as: UTF8.self)
    }

    /// What every process of a test is given.
    static let environment: [String: String] = {
        var variables = ["LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no", "HOME": "/nowhere"]
        variables["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        // A job of seconds ends before Java's second compiler and its collector's threads pay.
        variables["SPARK_SUBMIT_OPTS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
        return variables
    }()

    /// The built program: beside the test bundle, or a folder or two above it.
    static let program: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        var folders = [root.appending(path: ".build/debug")]
        if let first = Bundle.main.executableURL?.deletingLastPathComponent() {
            folders.insert(contentsOf: [first, first.deletingLastPathComponent()], at: 0)
        }
        let names = folders.map { $0.appending(path: "spillway").path }
        return names.first { access($0, X_OK) == 0 } ?? "/missing/spillway"
    }()

    /// A file name that no other process of this project uses.
    func newName(_ kind: String) -> String {
        count += 1
        return path + "/.\(kind)-\(count)"
    }

    /// Starts `spillway` in the project with its output caught.
    func start(
        _ arguments: String..., in folder: String? = nil, with variables: [String: String] = [:],
        streams: Child.Streams = .files
    ) throws -> Child {
        try start(arguments, in: folder, with: variables, streams: streams)
    }

    func start(
        _ arguments: [String], in folder: String? = nil, with variables: [String: String] = [:],
        streams: Child.Streams = .files
    ) throws -> Child {
        try Child(
            [Self.program] + arguments,
            environment: Self.environment.merging(variables) { $1 }, folder: folder ?? path,
            catching: newName("child"), streams: streams)
    }

    /// Runs `spillway` in the project to its end.
    func spillway(
        _ arguments: String..., in folder: String? = nil, with variables: [String: String] = [:]
    ) throws -> Outcome {
        try spillway(arguments, in: folder, with: variables)
    }

    func spillway(
        _ arguments: [String], in folder: String? = nil, with variables: [String: String] = [:]
    ) throws -> Outcome {
        let child = try start(arguments, in: folder, with: variables)
        let ending = child.end(within: 60)
        return Outcome(ending: ending, output: child.output, errors: child.errors)
    }
}

/// What a command came to.
struct Outcome {
    var ending: Ending
    var output: String
    var errors: String

    /// The exit code; nil where it was killed.
    var code: Int32? {
        if case .exited(let code) = ending { return code }
        return nil
    }

    /// The output as JSON.
    func json() throws -> JSON { try JSON(output) }
}

/// JSON as a test asks for it: `json["tasks"][0]["state"].text`.
struct JSON {
    private let value: Any?

    init(_ text: String) throws {
        do {
            value = try JSONSerialization.jsonObject(
                with: Data(text.utf8), options: .fragmentsAllowed)
        } catch {
            throw Trouble("no JSON: \(text.prefix(2_000))")
        }
    }

    private init(value: Any?) { self.value = value }

    subscript(key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }

    subscript(index: Int) -> JSON {
        JSON(value: list.indices.contains(index) ? list[index].value : nil)
    }

    var list: [JSON] { (value as? [Any])?.map { JSON(value: $0) } ?? [] }
    var text: String? { value as? String }
    var number: Int? { (value as? NSNumber)?.intValue }
    var flag: Bool? { value as? Bool }
}
