internal import Domain

/// The problems of one file, at most a thousand of them, and how many more there were.
struct ProblemLog {
    private(set) var problems: [SourceProblem] = []
    private(set) var hasErrors = false
    private var dropped = 0
    private var said: Set<Said> = []
    /// Candidates that may still be compared for suggestions: a file with 100,000 misspelt needs
    /// must not compare each with each.
    private var comparisons = 50_000
    /// Lines already copied out of the text, so that many problems of a long line share it.
    private var lines: [Int: String] = [:]

    private static let limit = 1_000

    private struct Said: Hashable {
        var place: SourcePlace
        var problem: String
    }

    mutating func add(
        _ severity: SourceProblem.Severity, at place: SourcePlace, in source: SourceText,
        _ problem: String, _ remedy: String
    ) {
        if severity == .error { hasErrors = true }
        guard problems.count < Self.limit else {
            dropped += 1
            return
        }
        // What stands behind an alias is read once for each use.
        guard said.insert(Said(place: place, problem: problem)).inserted else { return }
        let line = lines[place.line] ?? source.line(place.line)
        lines[place.line] = line
        problems.append(
            SourceProblem(
                severity: severity, file: source.file, place: place, lineText: line,
                problem: problem, remedy: remedy))
    }

    /// The candidate that `name` probably means.
    mutating func nearest(to name: String, among candidates: some Collection<String>) -> String? {
        guard candidates.count <= comparisons else { return nil }
        comparisons -= candidates.count
        return nearestName(to: name, among: candidates)
    }

    /// All problems by place; the last one counts those that were left out.
    func sorted(in source: SourceText) -> [SourceProblem] {
        var sorted = problems.enumerated().sorted {
            ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
        }.map(\.element)
        if dropped > 0, let last = sorted.last {
            sorted.append(
                SourceProblem(
                    file: source.file, place: last.place, lineText: last.lineText,
                    problem: "\(dropped) more problems are not listed",
                    remedy: "Mend the first ones and check again."))
        }
        return sorted
    }
}
