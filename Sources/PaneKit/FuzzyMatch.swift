/// What was typed to find one text among many: its characters in order, anywhere in them.
public struct FuzzyPattern: Sendable {
    private let wanted: [Unicode.Scalar]

    public init(_ text: String) { wanted = Array(text.lowercased().unicodeScalars) }

    /// The score of `text`, higher is better; nil where a character is missing.
    ///
    /// Runs of neighbouring characters and beginnings of words count most, each character between
    /// them costs a little, and of two texts that fit alike the shorter one wins. Case does not matter. O(length of `text` × places where the
    /// first character stands), and some nanoseconds a character where it is ASCII, for there may be
    /// 100,000 texts a key.
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
        let scalars = Array(text.lowercased().unicodeScalars)
        return score(of: scalars, count: text.unicodeScalars.count) {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
    }

    /// The best of the ways that begin at each place where the first character stands.
    private func score<Scalars: RandomAccessCollection>(
        of scalars: Scalars, count: Int, isWord: (Unicode.Scalar) -> Bool
    ) -> Int? where Scalars.Element == Unicode.Scalar, Scalars.Index == Int {
        var best: Int?
        for start in scalars.indices where scalars[start] == wanted[0] {
            // Where the rest is missing behind one place, it is missing behind all later ones.
            guard let found = score(of: scalars, from: start, isWord: isWord) else { break }
            best = max(best ?? found, found)
        }
        return best.map { $0 * 8 - count }
    }

    private func score<Scalars: RandomAccessCollection>(
        of scalars: Scalars, from start: Int, isWord: (Unicode.Scalar) -> Bool
    ) -> Int? where Scalars.Element == Unicode.Scalar, Scalars.Index == Int {
        var (place, score, run) = (0, 0, 0)
        var isWordStart = start == scalars.startIndex || !isWord(scalars[start - 1])
        for index in start..<scalars.endIndex {
            let scalar = scalars[index]
            if scalar == wanted[place] {
                place += 1
                run += 1
                score += run * 2 + (isWordStart ? 8 : 0)
                if place == wanted.count { return score }
            } else {
                run = 0
                score -= 1
            }
            isWordStart = !isWord(scalar)
        }
        return nil
    }
}
