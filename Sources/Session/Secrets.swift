import Domain
import Engine
import Glibc
import Workspace

/// The values of secrets: from the environment, or from a file that nobody else can read.
enum Secrets {
    /// Where they are kept in a project, `NAME=VALUE` a line.
    static func file(in folder: String) -> String { folder + "/.spillway/secrets" }

    /// - Throws: ``SecretError`` where one is nowhere, or the file is open to others.
    static func values(of names: [String], folder: String) throws -> [EnvironmentEntry] {
        guard !names.isEmpty else { return [] }
        let kept = try names.allSatisfy { getenv($0) != nil } ? [:] : read(file(in: folder))
        return try names.map { name in
            if let value = kept[name] { return EnvironmentEntry(name: name, value: value) }
            guard let value = getenv(name) else {
                throw SecretError.missing(name, file: file(in: folder))
            }
            return EnvironmentEntry(name: name, value: String(cString: value))
        }
    }

    /// The secrets that other tasks of the pipeline have and this one has not, as far as they are
    /// there; short ones, which stand in many texts by chance, are left out.
    static func ofOthers(in pipeline: Pipeline, than task: TaskDefinition) -> [EnvironmentEntry] {
        var names: [String] = []
        for other in pipeline.tasks {
            for name in other.options.secrets
            where !task.options.secrets.contains(name) && !names.contains(name) {
                names.append(name)
            }
        }
        return names.compactMap { name in
            (try? values(of: [name], folder: pipeline.folder))?.first
        }.filter { $0.value.utf8.count >= 4 }
    }

    private static func read(_ path: String) throws -> [String: String] {
        var status = stat()
        guard lstat(path, &status) == 0 else { return [:] }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0
        else { throw SecretError.open(file: path) }
        var values: [String: String] = [:]
        for line in try TextFile.read(path).split(separator: "\n") {
            guard let equals = line.firstIndex(of: "="), !line.hasPrefix("#") else { continue }
            values[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return values
    }
}

/// Why a task cannot have its secrets.
enum SecretError: UserFacingError, Equatable {
    case missing(String, file: String)
    case open(file: String)

    var problem: String {
        switch self {
        case .missing(let name, let file):
            "The secret '\(name)' is neither in the environment nor in \(file)."
        case .open(let file): "Others can read or change the secrets in \(file)."
        }
    }

    var remedy: String {
        switch self {
        case .missing(let name, _): "Set \(name), or add a line \(name)=VALUE to that file."
        case .open(let file): "Run: chmod 600 '\(file)'"
        }
    }
}

extension RenderedTask.Work {
    /// Whether a text stands in what a shell is to run.
    func shows(_ text: String) -> Bool {
        if case .shell(let command) = self { return command.contains(text) }
        return false
    }
}
