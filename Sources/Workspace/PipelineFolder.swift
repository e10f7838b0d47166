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
        files = Disk.names(in: root + "/pipelines").filter(Self.isPipelineFile)
    }

    private init(_ outline: Workspace, files: [String]) {
        (self.outline, self.files) = (outline, files)
    }

    /// The same folder with the files that are there now.
    public func relisted() -> PipelineFolder {
        PipelineFolder(
            outline, files: Disk.names(in: outline.root + "/pipelines").filter(Self.isPipelineFile))
    }

    /// Whether one of the files is a file: a pipe would hold up whoever opens it.
    public func isRegular(_ file: String) -> Bool { Disk.isRegularFile(path(of: file)) }

    /// Whether a file of `pipelines/` is read, by its name.
    public static func isPipelineFile(_ name: String) -> Bool {
        !name.hasPrefix(".") && (name.hasSuffix(".yml") || name.hasSuffix(".yaml"))
    }

    /// Reads one of the files; nil where a command has to make the pipeline, which may take long.
    public func fileEntry(_ file: String) -> Workspace.Entry? {
        switch Workspace.reading(
            path(of: file), shownAs: "pipelines/" + file, outline.root, outline.settings)
        {
        case .entry(let entry): entry
        case .generator: nil
        }
    }

    /// Reads one of the files, whatever it takes; what is wrong with it is among the entry's
    /// problems.
    public func entry(_ file: String) -> Workspace.Entry {
        Workspace.entry(
            path(of: file), shownAs: "pipelines/" + file, outline.root, outline.settings)
    }

    /// The absolute path of one of the files.
    public func path(of file: String) -> String { outline.root + "/pipelines/" + file }

    /// Reads all files, in their order; of those whose pipelines commands make, some side by side.
    public func entries() -> [Workspace.Entry] {
        let written = files.map(fileEntry)
        let missing = written.indices.filter { written[$0] == nil }
        let left = Mutex(missing[...])
        let made = Mutex<[Int: Workspace.Entry]>([:])
        DispatchQueue.concurrentPerform(iterations: min(missing.count, Self.commandsAtOnce)) { _ in
            while let number = left.withLock({ $0.popFirst() }) {
                let entry = entry(files[number])
                made.withLock { $0[number] = entry }
            }
        }
        return made.withLock { made in
            written.indices.compactMap { written[$0] ?? made[$0] }
        }
    }

    private static let commandsAtOnce = 8

    /// The workspace of these entries, which stand in the order of their files.
    public func workspace(of entries: [Workspace.Entry]) -> Workspace {
        Workspace(
            root: outline.root, settings: outline.settings,
            settingsProblems: outline.settingsProblems,
            entries: Workspace.withoutRepeats(entries))
    }

    /// Ends the commands of files with `generate` for good, for those who leave.
    public static func endGenerators() { GeneratedPipeline.endAll() }
}
