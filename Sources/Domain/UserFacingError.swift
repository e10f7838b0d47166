/// An error that a user can cause: it says what is wrong, and what to do.
public protocol UserFacingError: Error, Sendable {
    /// One sentence: what is wrong, and where.
    var problem: String { get }
    /// One sentence: what to do now.
    var remedy: String { get }
}

extension UserFacingError {
    /// Both sentences behind each other, the first with a stop at its end.
    public var sentences: String {
        let isWhole = problem.last.map { ".!?".contains($0) } ?? true
        return problem + (isWhole ? " " : ". ") + remedy
    }
}

/// A place in a text: lines and columns count from 1; a column counts Unicode scalars.
public struct SourcePlace: Hashable, Sendable, Comparable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (left: SourcePlace, right: SourcePlace) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// One thing wrong in a text that a user wrote, with its place.
public struct SourceProblem: UserFacingError, Hashable {
    public enum Severity: String, Hashable, Sendable {
        case error, warning
    }

    public var severity: Severity
    /// The file as the user named it.
    public var file: String
    public var place: SourcePlace
    /// The whole line at `place`; not yet made safe for a terminal.
    public var lineText: String
    public var problem: String
    public var remedy: String

    public init(
        severity: Severity = .error, file: String, place: SourcePlace, lineText: String,
        problem: String, remedy: String
    ) {
        self.severity = severity
        self.file = file
        self.place = place
        self.lineText = lineText
        self.problem = problem
        self.remedy = remedy
    }
}

/// The candidate nearest to `name`, or nil where none is near enough to be what was meant.
///
/// Near is a Damerau-Levenshtein distance (optimal string alignment) of at most a third of the
/// longer name, and at least one character must agree. Cost: the product of the lengths a
/// candidate; names longer than 100 scalars are not compared.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars)
    guard !wanted.isEmpty, wanted.count <= 100 else { return nil }
    var best: (distance: Int, name: String)?
    for candidate in candidates {
        let other = Array(candidate.lowercased().unicodeScalars)
        let longer = max(wanted.count, other.count)
        let limit = max(1, longer / 3)
        guard !other.isEmpty, other.count <= 100, abs(other.count - wanted.count) <= limit
        else { continue }
        let distance = alignmentDistance(wanted, other)
        if distance <= limit, distance < longer, distance < best?.distance ?? .max {
            best = (distance, candidate)
        }
    }
    return best?.name
}

private func alignmentDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 1...left.count {
        var current = [row]
        for column in 1...right.count {
            let substitution = left[row - 1] == right[column - 1] ? 0 : 1
            var cost = min(
                last[column] + 1, current[column - 1] + 1, last[column - 1] + substitution)
            if row > 1, column > 1, left[row - 1] == right[column - 2],
                left[row - 2] == right[column - 1]
            {
                cost = min(cost, beforeLast[column - 2] + 1)
            }
            current.append(cost)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
