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
        Workspace.entry(
            outline.root + "/pipelines/" + file, shownAs: "pipelines/" + file, outline.root,
            outline.settings)
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
