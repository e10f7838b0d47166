public import Domain

/// Why a workspace or a pipeline in it could not be opened.
public enum WorkspaceError: UserFacingError, Equatable {
    case notFound(String, reason: String)
    case notAFolder(String)
    case notAFile(String)
    case unknownPipeline(String, nearest: String?, known: [String])

    public var problem: String {
        switch self {
        case .notFound(let path, let reason): "'\(path)' cannot be opened: \(reason)."
        case .notAFolder(let path): "'\(path)' is not a folder."
        case .notAFile(let path): "'\(path)' is a folder, not a file."
        case .unknownPipeline(let name, _, _): "There is no pipeline '\(name)' here."
        }
    }

    public var remedy: String {
        switch self {
        case .notFound: "Check the path, and the right to read it."
        case .notAFolder: "Name the folder of the project."
        case .notAFile: "Name a pipeline file, or a pipeline of this workspace."
        case .unknownPipeline(_, let nearest?, _): "Did you mean '\(nearest)'?"
        case .unknownPipeline(_, nil, let known) where known.isEmpty:
            "This folder has no pipelines: 'spillway init' makes one, or name a file."
        case .unknownPipeline(_, nil, let known):
            "Name a file, or one of: \(known.prefix(10).joined(separator: ", "))."
        }
    }
}
