public import Domain

/// Why a search pattern was refused.
public struct PatternError: UserFacingError, Hashable {
    public enum Reason: Hashable, Sendable {
        case empty
        case unclosedGroup, unopenedGroup
        case unclosedClass, emptyClass, backwardRange
        case nothingToRepeat, badRepetition
        case badEscape(String)
        case unsupported(String)
        case tooDeep, tooLarge
    }

    public var reason: Reason
    /// Where in the pattern, in Unicode scalars from 0.
    public var position: Int

    public var problem: String { "Position \(position + 1) of the pattern: \(what)." }

    private var what: String {
        switch reason {
        case .empty: "there is nothing to search for"
        case .unclosedGroup: "this '(' has no ')'"
        case .unopenedGroup: "this ')' has no '('"
        case .unclosedClass: "this '[' has no ']'"
        case .emptyClass: "these brackets match no character"
        case .backwardRange: "this range runs backwards"
        case .nothingToRepeat: "there is nothing before this repetition"
        case .badRepetition: "this repetition is not {m}, {m,} or {m,n} with m ≤ n ≤ 1000"
        case .badEscape(let escape): "'\(escape)' is no known escape"
        case .unsupported(let feature): "\(feature) are not supported"
        case .tooDeep: "groups are nested too deeply"
        case .tooLarge: "the pattern is too large when its repetitions are written out"
        }
    }

    public var remedy: String {
        switch reason {
        case .empty: "Type a text or a regular expression."
        case .unsupported: "Say it without: a search must end in time whatever the log holds."
        case .tooDeep, .tooLarge: "Make the pattern simpler."
        default: "Correct it, put a '\\' before the character, or search for plain text."
        }
    }
}
