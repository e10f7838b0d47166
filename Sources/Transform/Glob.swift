/// Patterns as Python's fnmatch reads them: `*`, `?`, `[abc]`, `[!a-z]`.
enum Glob {
    static func matches(_ text: String, _ pattern: String) -> Bool {
        guard pattern.contains(where: { "*?[".contains($0) }) else { return text == pattern }
        let wanted = Array(pattern.unicodeScalars)
        let name = Array(text.unicodeScalars)
        var (index, place) = (0, 0)
        var star: (place: Int, index: Int)?
        while index < name.count {
            if place < wanted.count, wanted[place] == "*" {
                star = (place, index)
                place += 1
            } else if place < wanted.count,
                let next = one(name[index], wanted, place)
            {
                index += 1
                place = next
            } else if let last = star {
                place = last.place + 1
                index = last.index + 1
                star = (last.place, last.index + 1)
            } else {
                return false
            }
        }
        return wanted[place...].allSatisfy { $0 == "*" }
    }

    /// Where the pattern goes on after it has taken `scalar` at `place`; nil where it does not.
    private static func one(
        _ scalar: Unicode.Scalar, _ pattern: [Unicode.Scalar], _ place: Int
    ) -> Int? {
        guard pattern[place] != "?" else { return place + 1 }
        guard pattern[place] == "[" else { return pattern[place] == scalar ? place + 1 : nil }
        var end = place + 1
        let isNegated = end < pattern.count && pattern[end] == "!"
        if isNegated { end += 1 }
        let first = end
        if end < pattern.count, pattern[end] == "]" { end += 1 }
        while end < pattern.count, pattern[end] != "]" { end += 1 }
        guard end < pattern.count else { return scalar == "[" ? place + 1 : nil }
        var isIn = false
        var index = first
        while index < end {
            if index + 2 < end, pattern[index + 1] == "-" {
                isIn = isIn || (pattern[index]...max(pattern[index], pattern[index + 2])) ~= scalar
                index += 3
            } else {
                isIn = isIn || pattern[index] == scalar
                index += 1
            }
        }
        return isIn != isNegated ? end + 1 : nil
    }
}

/// Paths with patterns in their parts; `**` is any number of folders.
enum PathGlob {
    static func matches(_ path: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == "**" {
            let rest = pattern.dropFirst()
            return (0...path.count).contains { matches(path.dropFirst($0), rest) }
        }
        guard let part = path.first, Glob.matches(part, first) else { return false }
        return matches(path.dropFirst(), pattern.dropFirst())
    }
}
