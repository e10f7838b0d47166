/// What was typed to find one text among many: its characters in order, anywhere in them.
public struct FuzzyPattern: Sendable {
    private let wanted: [Unicode.Scalar]

    public init(_ text: String) { wanted = Array(text.lowercased().unicodeScalars) }

    /// The score of `text`, higher is better; nil where a character is missing.
    ///
    /// Runs of neighbouring characters and beginnings of words count most, and of two texts that
    /// fit alike the shorter one wins. Case does not matter. O(length of `text`), and some
    /// nanoseconds a character where it is ASCII, for there may be 100,000 texts a key.
    public func score(in text: String) -> Int? {
        guard !wanted.isEmpty else { return 0 }
        let quick = text.utf8.withContiguousStorageIfAvailable { bytes -> Int?? in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return .none }
            return .some(
                score(
                    of: bytes.lazy.map { Unicode.Scalar($0 &- 65 < 26 ? $0 | 32 : $0) },
                    count: bytes.count
                ) { ($0.value | 32) &- 97 < 26 || $0.value &- 48 < 10 })
        }
        if case .some(.some(let score)) = quick { return score }
        return score(of: text.lowercased().unicodeScalars, count: text.unicodeScalars.count) {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
    }

    private func score(
        of scalars: some Sequence<Unicode.Scalar>, count: Int, isWord: (Unicode.Scalar) -> Bool
    ) -> Int? {
        var (place, score, run, isWordStart) = (0, 0, 0, true)
        for scalar in scalars {
            if scalar == wanted[place] {
                place += 1
                run += 1
                score += run * 2 + (isWordStart ? 8 : 0)
                if place == wanted.count { return score * 8 - count }
            } else {
                run = 0
            }
            isWordStart = !isWord(scalar)
        }
        return nil
    }
}
