import ArgumentParser
import Domain
import Glibc
import Session
import Store
import Workspace

/// Which folder's state a command looks at.
struct StateOptions: ParsableArguments {
    @Option(name: .long, help: "The project folder.")
    var dir = "."

    @Option(name: .long, help: "The state folder, instead of .spillway in the project.")
    var state: String?

    /// The state folder, where one is named or a workspace lies here; nil elsewhere, so that looking
    /// does not leave folders behind.
    var folderWithState: String? {
        if let state { return state }
        guard let workspace = try? PipelineFolder(root: dir).outline else { return nil }
        let marks = [workspace.stateFolder, workspace.root + "/spillway.yml"]
        return marks.contains { access($0, F_OK) == 0 } ? workspace.stateFolder : nil
    }

    /// The store of that folder, for reading.
    ///
    /// - Throws: A `UserFacingError` where nothing has run there yet.
    func reader() throws -> StoreReader {
        let reader = try StoreReader(try folder())
        if let finding = reader.finding { Console.error(finding.printable) }
        return reader
    }

    /// The same; nil where nothing has run in the project yet, which is no mistake of those who list
    /// what has. A state folder that was named must be there.
    func readerIfAny() throws -> StoreReader? {
        do {
            return try reader()
        } catch StoreError.noState where state == nil {
            return nil
        }
    }

    /// That folder, whether anything is in it or not.
    func folder() throws -> StateFolder {
        StateFolder(path: try state ?? PipelineFolder(root: dir).outline.stateFolder)
    }
}
