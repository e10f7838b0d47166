import Domain
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
            guard let value = value(of: name, kept) else {
                throw SecretError.missing(name, file: file(in: folder))
            }
            return EnvironmentEntry(name: name, value: value)
        }
    }

    private static func value(of name: String, _ kept: [String: String]) -> String? {
        getenv(name).map { String(cString: $0) } ?? kept[name]
    }

    /// The secrets that tasks of the pipeline have, as far as they are there; short ones, which stand
    /// in many texts by chance, are left out.
    static func known(in pipeline: Pipeline) -> [EnvironmentEntry] {
        let names = names(in: pipeline)
        guard !names.isEmpty else { return [] }
        let kept = (try? read(file(in: pipeline.folder))) ?? [:]
        return names.compactMap { name in
            value(of: name, kept).map { EnvironmentEntry(name: name, value: $0) }
        }.filter { $0.value.utf8.count >= SecretSeal.shortest }
    }

    /// The secrets of tasks of the pipeline, by name, each once.
    static func names(in pipeline: Pipeline) -> [String] {
        var known: Set<String> = []
        return pipeline.tasks.flatMap(\.options.secrets).filter { known.insert($0).inserted }
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
