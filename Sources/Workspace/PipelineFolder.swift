import Dispatch
import Synchronization

/// A project folder whose settings have been read and whose pipelines are still to be: for those
/// who show what they know meanwhile.
public struct PipelineFolder: Sendable {
    /// The folder and its settings, without a pipeline.
    public let outline: Workspace
    /// The names of the files in `pipelines/`, sorted.
    public let files: [String]

    /// - Throws: ``WorkspaceError`` where `root` is no folder that can be read.
    public init(root: String) throws(WorkspaceError) {
        let root = try Disk.absoluteFolder(root)
        let (settings, problems) = Workspace.readSettings(root)
        outline = Workspace(
            root: root, settings: settings, settingsProblems: problems, entries: [])
        files = Disk.names(in: root + "/pipelines").filter {
            $0.hasSuffix(".yml") || $0.hasSuffix(".yaml")
        }
    }

    /// Reads one of the files; what is wrong with it is among the entry's problems.
    public func entry(_ file: String) -> Workspace.Entry {
        Workspace.entry(path(of: file), shownAs: "pipelines/" + file, outline.root, outline.settings)
    }

    /// Reads one of the files; nil for one that has its pipeline made by a command, which has not
    /// been run then.
    func writtenEntry(_ file: String) -> Workspace.Entry? {
        Workspace.writtenEntry(
            path(of: file), shownAs: "pipelines/" + file, outline.root, outline.settings)
    }

    private func path(of file: String) -> String { outline.root + "/pipelines/" + file }

    /// Reads all files and gives each entry to `take` with its file's number, on several threads: first
    /// those that are written, then those that commands make, some side by side, so that one which
    /// hangs holds up no other.
    ///
    /// - Parameter take: returns whether to go on.
    public func readEach(_ take: @Sendable (Int, Workspace.Entry) -> Bool) {
        var made: [Int] = []
        for (number, file) in files.enumerated() {
            guard let entry = writtenEntry(file) else {
                made.append(number)
                continue
            }
            guard take(number, entry) else { return }
        }
        let left = Mutex(made[...])
        let isStopped = Mutex(false)
        DispatchQueue.concurrentPerform(iterations: min(made.count, Self.commandsAtOnce)) { _ in
            while let number = left.withLock({ $0.popFirst() }), !isStopped.withLock({ $0 }) {
                if !take(number, entry(files[number])) { isStopped.withLock { $0 = true } }
            }
        }
    }

    private static let commandsAtOnce = 8

    /// All entries in the order of their files.
    public func entries() -> [Workspace.Entry] {
        let found = Mutex<[Int: Workspace.Entry]>([:])
        readEach { number, entry in
            found.withLock { $0[number] = entry }
            return true
        }
        return found.withLock { found in files.indices.compactMap { found[$0] } }
    }

    /// The workspace of these entries, which stand in the order of their files.
    public func workspace(of entries: [Workspace.Entry]) -> Workspace {
        Workspace(
            root: outline.root, settings: outline.settings,
            settingsProblems: outline.settingsProblems,
            entries: Workspace.withoutRepeats(entries))
    }

    /// Ends the commands of files with `generate` that are under way, for those who leave.
    public static func endGenerators() { GeneratedPipeline.endAll() }
}
