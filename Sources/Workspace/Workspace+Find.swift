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
        let reading = try PipelineFolder(root: folder)
        let name = PipelineName(argument)
        // The commands of other pipelines are not run for this one, where its file can be told.
        let written = reading.workspace(of: reading.files.compactMap(reading.fileEntry))
        if let entry = written.entry(named: name) { return (written, entry) }
        for file in reading.files where file == argument + ".yml" || file == argument + ".yaml" {
            let entry = reading.entry(file)
            if entry.name == name { return (reading.workspace(of: [entry]), entry) }
        }
        let workspace = reading.workspace(of: reading.entries())
        guard let entry = workspace.entry(named: name) else {
            let known = workspace.entries.map(\.name.name)
            throw .unknownPipeline(
                argument, nearest: nearestName(to: argument, among: known), known: known)
        }
        return (workspace, entry)
    }
}
