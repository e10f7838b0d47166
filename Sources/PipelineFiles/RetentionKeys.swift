internal import Domain

extension DocumentReader {
    /// `retention: { runs: 90d, keep: 20, logs: 30d }`
    mutating func retention(_ node: Int) -> RetentionPolicy {
        var policy = RetentionPolicy()
        for field in entries(of: node, "retention") ?? [] {
            switch field.name {
            case "runs": policy.runs = age(field)
            case "logs": policy.logs = age(field)
            case "keep":
                policy.keep = integer(field.value, "keep", in: 1...1_000_000) ?? policy.keep
            default: unknownKey(field, in: "'retention'", among: ["runs", "keep", "logs"])
            }
        }
        return policy
    }

    private mutating func age(_ field: Entry) -> Span? {
        guard let age = duration(field.value, field.name) else { return nil }
        if age >= .seconds(3_600) { return age }
        error(
            at: field.value, "what is younger than an hour is not removed",
            "Write a longer time, such as 90d.")
        return nil
    }
}
