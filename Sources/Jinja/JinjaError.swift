public import Domain

/// Why a template could not be read or rendered: what, and where in which file.
public struct JinjaError: UserFacingError, Hashable {
    /// The file as the project names it.
    public var file: String
    public var place: SourcePlace
    /// The whole line at `place`.
    public var lineText: String
    public var message: String
    public var remedy: String
    /// The macros that were being called, outermost first: `name (file:line)`.
    public var calls: [String]

    public var problem: String {
        let path = calls.isEmpty ? "" : " (in \(calls.joined(separator: " → ")))"
        return "\(file):\(place.line):\(place.column): \(message)\(path)"
    }

    /// The same as a problem of a source text.
    public var asSourceProblem: SourceProblem {
        SourceProblem(
            file: file, place: place, lineText: lineText,
            problem: calls.isEmpty
                ? message : "\(message) (in \(calls.joined(separator: " → ")))",
            remedy: remedy)
    }
}

/// A fault inside an operation; the interpreter adds the place. Objects that a host offers to
/// templates throw it too.
public struct JinjaFault: Error, Equatable {
    public var message: String
    public var remedy: String

    public init(_ message: String, remedy: String = "Correct the expression at this place.") {
        self.message = message
        self.remedy = remedy
    }
}

/// Ends a macro as dbt's `return` does; the value waits in the renderer.
struct ReturnSignal: Error {}

/// How much a template may use before it is stopped.
public struct JinjaLimits: Hashable, Sendable {
    /// Statements and expressions evaluated in one render.
    public var steps = 20_000_000
    /// Nested evaluations; a macro call takes about six.
    public var depth = 700
    /// Bytes of text held by one render, output and values.
    public var bytes = 64 << 20
    /// Entries of one list that an operation makes.
    public var entries = 1_000_000

    public init() {}
}
