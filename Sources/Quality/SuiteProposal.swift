import JSONText

/// A suite that a table fulfils today, to be read and corrected by a person.
public enum SuiteProposal {
    /// The proposal as our own YAML.
    ///
    /// What is proposed: the columns; the number of rows within a tenth; no NULL where there is
    /// none, else a share that allows twice as many; no repeated value where there is none among
    /// a hundred rows or more; the values where they are few beside the rows; the range of
    /// numbers where they are not few.
    public static func yaml(
        name: String, table: String, profiles: [ColumnProfile]
    ) -> String {
        let rows = profiles.first?.rowCount ?? 0
        var lines = [
            "name: \(quoted(name))", "table: \(quoted(table))", "expectations:",
            entry("columns", ["column_set": .array(profiles.map { .string($0.name) })]),
            entry(
                "row_count",
                [
                    "min_value": .integer(orNull: rows - rows / 10),
                    "max_value": .integer(orNull: rows + rows / 10),
                ]),
        ]
        for profile in profiles { lines += checks(of: profile) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func checks(of profile: ColumnProfile) -> [String] {
        let column = JSONValue.string(profile.name)
        var lines: [String] = []
        let filled = profile.rowCount - profile.nullCount
        guard filled > 0 else { return [] }
        if profile.nullCount == 0 {
            lines.append(entry("not_null", ["column": column]))
        } else if profile.nullShare < 0.45 {
            // Down to a thousandth, so that today's data still passes.
            let mostly = ((1 - 2 * profile.nullShare) * 1_000).rounded(.down) / 1_000
            lines.append(entry("not_null", ["column": column, "mostly": .number(mostly)]))
        }
        if profile.distinctCount == filled, filled >= 100 {
            lines.append(entry("unique", ["column": column]))
        }
        if let values = profile.values, filled >= profile.distinctCount * 10 {
            lines.append(entry("in_set", ["column": column, "value_set": .array(values)]))
        } else if DeclaredType(profile.type).isNumber {
            lines.append(
                entry(
                    "between",
                    [
                        "column": column, "min_value": profile.least,
                        "max_value": profile.greatest,
                    ]))
        } else if let shortest = profile.shortest, shortest == profile.longest {
            lines.append(
                entry("length", ["column": column, "value": .integer(orNull: shortest)]))
        }
        return lines
    }

    /// One line: JSON is YAML.
    private static func entry(
        _ type: String, _ arguments: KeyValuePairs<String, JSONValue>
    ) -> String {
        let list = arguments.map { "\($0.key): \($0.value.text)" }
        return "  - \(type): {\(list.joined(separator: ", "))}"
    }

    private static func quoted(_ text: String) -> String { JSONValue.string(text).text }
}
