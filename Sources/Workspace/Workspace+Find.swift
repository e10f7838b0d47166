import Domain

extension Workspace {
    /// The workspace and entry that a command's PIPELINE argument means: a file's path, or the name
    /// of a pipeline of the workspace in `folder`.
    ///
    /// What names an existing file or holds a slash is a path, anything else a name.
    public static func find(
        _ argument: String, in folder: String = "."
    ) throws(WorkspaceError) -> (workspace: Workspace, entry: Entry) {
        let isPath =
            argument.contains("/") || argument.hasSuffix(".yml") || argument.hasSuffix(".yaml")
        if isPath || (Disk.exists(argument) && !Disk.isFolder(argument)) {
            let workspace = try read(file: argument)
            return (workspace, workspace.entries[0])
        }
        let workspace = try read(root: folder)
        guard let entry = workspace.entry(named: PipelineName(argument)) else {
            let known = workspace.entries.map(\.name.name)
            throw .unknownPipeline(
                argument, nearest: nearestName(to: argument, among: known), known: known)
        }
        return (workspace, entry)
    }
}
