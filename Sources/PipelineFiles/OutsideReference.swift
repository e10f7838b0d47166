public import Domain
internal import YAMLReading

/// Something outside of a pipeline file that the file names: whether it is there is for those to
/// say who can look. Names with templates in them are known when they are rendered only.
public struct OutsideReference: Hashable, Sendable {
    public enum Target: Hashable, Sendable {
        /// A pipeline to be run with these parameters, or to be waited for.
        case pipeline(PipelineName, params: [String]?)
        /// A file of SQL, whose text is rendered as a template.
        case script(String)
        /// The file of a suite of checks.
        case suite(String)
    }

    public var target: Target
    /// The task that names it.
    public var task: TaskID
    /// The file that names it, as problems call it.
    public var file: String
    public var place: SourcePlace
    public var lineText: String
}

extension PipelineReader {
    /// Notes that the task being read names something outside, unless a template says what.
    mutating func refer(to target: OutsideReference.Target, at node: Int) {
        let name =
            switch target {
            case .pipeline(let name, _): name.name
            case .script(let path), .suite(let path): path
            }
        guard !name.contains("{{"), let task = document.taskBeingRead?.id else { return }
        let place = document.place(of: document.tree.resolved(node))
        document.references.append(
            OutsideReference(
                target: target, task: task, file: document.source.file, place: place,
                lineText: document.source.line(place.line)))
    }
}
