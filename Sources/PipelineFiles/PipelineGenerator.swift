public import Domain
internal import YAMLReading

/// A command whose output is a pipeline file: what a file with the key `generate` asks for.
public struct PipelineGenerator: Hashable, Sendable {
    /// For `/bin/sh -c`, in the project's folder.
    public var command: String
    /// How long it may take.
    public var timeout: Span
    /// Where the command stands.
    public var place: SourcePlace
    public var lineText: String

    public static let standardTimeout = Span.seconds(10)
}

extension DocumentReader {
    /// The generator of a file that has one and no mistake beside it; nil otherwise, and then the
    /// reader of pipelines says what is wrong.
    func generator() -> PipelineGenerator? {
        // Problems found here are found again there.
        var copy = self
        guard let root = tree.root, tree.nodes[tree.resolved(root)].kind == .mapping,
            let entries = copy.entries(of: root, "the pipeline"),
            let entry = entries.first(where: { $0.name == "generate" })
        else { return nil }
        var timeout = PipelineGenerator.standardTimeout
        for other in entries {
            switch other.name {
            case "generate": break
            case "generate_timeout":
                guard let span = copy.duration(other.value, "generate_timeout"), span > .zero else {
                    return nil
                }
                timeout = span
            case let name where name.hasPrefix("x-"): break
            default: return nil
            }
        }
        guard let command = copy.text(entry.value, "generate", expected: "a command"),
            !copy.log.hasErrors
        else { return nil }
        let place = place(of: entry.value)
        return PipelineGenerator(
            command: command, timeout: timeout, place: place, lineText: source.line(place.line))
    }
}
