import Domain

/// What `--sample` says: `3 days`, or `{start: 2024-01-01, end: 2024-02-01}`.
extension Microbatch.Window {
    /// - Parameter now: the time of the run, as `YYYY-MM-DD HH:MM:SS` in UTC.
    /// - Throws: where `text` is no span of time.
    public init(sample text: String, now: String) throws(Incremental.Refusal) {
        let refusal = Incremental.Refusal(
            message: "--sample '\(text)' is no span of time",
            remedy: "Write '3 days' (hours, days, months, years), or "
                + "'{start: 2024-01-01, end: 2024-02-01}'.")
        if text.contains("{") {
            let map = try? ConfigMap.reading(text, file: "--sample")
            guard let start = map?["start"].flatMap({ Microbatch.time($0.text) }),
                let end = map?["end"].flatMap({ Microbatch.time($0.text) }), start < end
            else { throw refusal }
            self.init(start: Microbatch.text(start), end: Microbatch.text(end))
            return
        }
        let words = text.split(separator: " ")
        guard words.count == 2, let count = Int(words[0]), (1...1_000_000).contains(count),
            let end = Microbatch.time(now)
        else { throw refusal }
        var unit = words[1].lowercased()
        if unit.hasSuffix("s") { unit.removeLast() }
        guard let size = Microbatch.Size(rawValue: unit) else { throw refusal }
        let start = Microbatch.moved(end, by: -count, of: size)
        self.init(start: Microbatch.text(start), end: Microbatch.text(end))
    }
}
