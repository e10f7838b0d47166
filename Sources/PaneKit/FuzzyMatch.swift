/// How well a typed text fits a longer one: its characters in order, anywhere.
public enum FuzzyMatch {
    /// The score of `text` for `wanted`, higher is better; nil where a character is missing.
    ///
    /// Runs of neighbouring characters and beginnings of words count most, and of two texts that
    /// fit alike the shorter one wins. Case does not matter. O(length of `text`).
    public static func score(_ wanted: String, in text: String) -> Int? {
        var rest = Array(wanted.lowercased().unicodeScalars)[...]
        guard !rest.isEmpty else { return 0 }
        var (score, run, isWordStart) = (0, 0, true)
        for scalar in text.lowercased().unicodeScalars {
            if scalar == rest.first {
                rest.removeFirst()
                run += 1
                score += run * 2 + (isWordStart ? 8 : 0)
                if rest.isEmpty { return score * 8 - text.unicodeScalars.count }
            } else {
                run = 0
            }
            isWordStart = !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
        }
        return nil
    }
}
