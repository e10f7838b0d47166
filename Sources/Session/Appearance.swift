import Domain
import Glibc
import PaneKit
import Screen
import Settings
import Synchronization
import Themes
import Workbench
import Workspace

/// The user's themes and keys: the built-in ones, those of `~/.config/spillway` and those of the
/// workspace; read again whenever one of their files changes.
final class Appearance: Sendable {
    /// What was read, and everything that is wrong with it.
    private struct Reading {
        /// The user's, and the built-in ones that were asked for.
        var themes: [String: Theme] = [:]
        var keys = Workbench.standardKeys
        var problems: [SourceProblem] = []
    }

    private let folder: String?
    private let workspaceRoot: String
    private let keysSetting: String?
    private let mailbox: Mailbox
    private let reading: Mutex<Reading>
    private let watch: Mutex<FolderWatch?>

    /// - Parameters:
    ///   - environment: the process's environment, for XDG_CONFIG_HOME and HOME.
    ///   - keysSetting: what `spillway.yml` says of keys: a preset's name or a file of the workspace.
    init(
        environment: [String: String], workspaceRoot: String, keysSetting: String?,
        mailbox: Mailbox
    ) {
        let config =
            environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
            ?? environment["HOME"].map { $0 + "/.config" }
        folder = config.map { $0 + "/spillway" }
        self.workspaceRoot = workspaceRoot
        self.keysSetting = keysSetting
        self.mailbox = mailbox
        reading = Mutex(Reading())
        watch = Mutex(nil)
        reading.withLock { $0 = read() }
    }

    var keys: KeyTables { reading.withLock { $0.keys } }
    var problems: [SourceProblem] { reading.withLock { $0.problems } }
    var themeNames: [String] { reading.withLock { Self.names(of: $0) } }

    /// A built-in one is read when it is first asked for: most never are.
    func theme(named name: String) -> Theme? {
        reading.withLock { reading in
            if let known = reading.themes[name] { return known }
            if name == BuiltInThemes.standard { return Self.standardTheme }
            guard let text = BuiltInThemes.text(of: name) else { return nil }
            let theme = Theme.reading(text, file: name + ".yml").theme
            reading.themes[name] = theme
            return theme
        }
    }

    /// What nearly every session begins with.
    static let standardTheme: Theme? = BuiltInThemes.text(of: BuiltInThemes.standard).map {
        Theme.reading($0, file: BuiltInThemes.standard + ".yml").theme
    }

    private static func names(of reading: Reading) -> [String] {
        Set(reading.themes.keys).union(BuiltInThemes.names).sorted()
    }

    /// Reads the files again from now on whenever one of them changes.
    func startWatching() {
        var folders: [String: @Sendable (String) -> Bool] = [:]
        if let folder {
            folders[folder] = { $0 == "keys.yml" }
            folders[folder + "/themes"] = { $0.hasSuffix(".yml") }
        }
        if let file = keysFile {
            let name = file.split(separator: "/").last.map(String.init) ?? file
            folders[String(file.dropLast(name.count + 1))] = { $0 == name }
        }
        let started = FolderWatch(folders) { [weak self] _ in self?.reload() }
        watch.withLock { $0 = started }
    }

    private func reload() {
        let new = read()
        reading.withLock { $0 = new }
        mailbox.post(.keysLoaded(new.keys))
        mailbox.post(.themesLoaded(Self.names(of: new)))
        tell(new.problems)
    }

    /// Shows each problem with its place.
    func tell(_ problems: [SourceProblem]) {
        for problem in problems {
            let place = "\(problem.file):\(problem.place.line):\(problem.place.column): "
            mailbox.post(.failed(problem: place + problem.problem, remedy: problem.remedy))
        }
    }

    /// The workspace's own key file; nil where it names a preset, or nothing.
    private var keysFile: String? {
        guard let keysSetting, keysSetting.hasSuffix(".yml") else { return nil }
        return keysSetting.hasPrefix("/") ? keysSetting : workspaceRoot + "/" + keysSetting
    }

    private func read() -> Reading {
        var result = Reading()
        readThemes(&result)
        readKeys(&result)
        return result
    }

    private func readThemes(_ result: inout Reading) {
        for file in folder.map({ TextFile.all(in: $0 + "/themes", ending: ".yml") }) ?? [] {
            let reading = Theme.reading(file.text, file: file.path)
            result.themes[file.stem] = reading.theme
            result.problems += reading.problems
        }
    }

    private func readKeys(_ result: inout Reading) {
        if let name = keysSetting, keysFile == nil {
            if let preset = KeyPreset(rawValue: name) {
                result.keys = preset.applied(to: result.keys)
            } else {
                let known = KeyPreset.allCases.map(\.rawValue)
                let near = nearestName(to: name, among: known).map { "Write '\($0)' instead." }
                result.problems.append(
                    SourceProblem(
                        file: "spillway.yml", place: SourcePlace(line: 1, column: 1), lineText: "",
                        problem: "There is no set of keys '\(name)'.",
                        remedy: near
                            ?? "Write \(known.joined(separator: ", ")), or a file ending in .yml."))
            }
        }
        let files = [folder.map { $0 + "/keys.yml" }, keysFile].compactMap { $0 }
        for file in files {
            guard access(file, F_OK) == 0 || file == keysFile else { continue }
            do {
                let reading = KeyFile.reading(
                    try TextFile.read(file), file: file, over: result.keys)
                result.keys = reading.tables
                result.problems += reading.problems
            } catch {
                result.problems.append(error)
            }
        }
    }
}
