import JSONText

/// What a key of `logicalTypeOptions` asks of a column's values.
struct OptionRule: Sendable {
    var option: String
    /// The type of its check.
    var type: String
    /// The end of the check's name.
    var words: @Sendable (JSONValue) -> String
    /// The predicate of values that break it, never true of NULL; nil where no SQL can tell.
    var invalid: (@Sendable (JSONValue, _ column: String, Dialect) -> String)?

    /// In the order of their checks. An exclusive bound makes two, as a value beyond it and the
    /// bound itself are different mistakes.
    static let all: [OptionRule] = [
        rule("minLength", "field_min_length", { "has a min length of \($0)" }) {
            "\($2.length($1)) < \($2.literal($0))"
        },
        rule("maxLength", "field_max_length", { "has a max length of \($0)" }) {
            "\($2.length($1)) > \($2.literal($0))"
        },
        rule("minimum", "field_minimum", { "has a minimum of \($0)" }) {
            "\($1) < \($2.literal($0))"
        },
        rule("maximum", "field_maximum", { "has a maximum of \($0)" }) {
            "\($1) > \($2.literal($0))"
        },
        rule("exclusiveMinimum", "field_minimum", { "has a minimum of \($0)" }) {
            "\($1) < \($2.literal($0))"
        },
        rule("exclusiveMinimum", "field_not_equal", { "is not equal to \($0)" }) {
            "\($1) = \($2.literal($0))"
        },
        rule("exclusiveMaximum", "field_maximum", { "has a maximum of \($0)" }) {
            "\($1) > \($2.literal($0))"
        },
        rule("exclusiveMaximum", "field_not_equal", { "is not equal to \($0)" }) {
            "\($1) = \($2.literal($0))"
        },
        rule("minItems", "field_min_items", { "has at least \($0) items" }, nil),
        rule("maxItems", "field_max_items", { "has at most \($0) items" }, nil),
        rule("uniqueItems", "field_unique_items", { _ in "has no duplicate items" }, nil),
        // Decimal fractions are not exact in binary: a thousand-millionth of a step is none.
        rule("multipleOf", "field_multiple_of", { "is a multiple of \($0)" }) {
            let ratio = "\($1) * 1.0 / \($2.literal($0))"
            return "abs(\(ratio) - round(\(ratio))) > 1e-9"
        },
        rule("pattern", "field_regex", { "matches regex pattern \($0)" }) {
            "NOT (\($2.matches($1, $0.plainText)))"
        },
    ]

    private static func rule(
        _ option: String, _ type: String, _ words: @escaping @Sendable (String) -> String,
        _ invalid: (@Sendable (JSONValue, String, Dialect) -> String)?
    ) -> OptionRule {
        OptionRule(
            option: option, type: type, words: { words($0.plainText) }, invalid: invalid)
    }
}
