/// An expectation that is known: what it is called, what it takes, and how it is counted.
///
/// Names, parameters and counts are those of Great Expectations 1.x.
public enum ExpectationKind: String, CaseIterable, Hashable, Sendable {
    // Rows by the values of one column.
    case notNull = "expect_column_values_to_not_be_null"
    case null = "expect_column_values_to_be_null"
    case unique = "expect_column_values_to_be_unique"
    case inSet = "expect_column_values_to_be_in_set"
    case notInSet = "expect_column_values_to_not_be_in_set"
    case between = "expect_column_values_to_be_between"
    case matchRegex = "expect_column_values_to_match_regex"
    case notMatchRegex = "expect_column_values_to_not_match_regex"
    case matchRegexList = "expect_column_values_to_match_regex_list"
    case notMatchRegexList = "expect_column_values_to_not_match_regex_list"
    case matchLike = "expect_column_values_to_match_like_pattern"
    case notMatchLike = "expect_column_values_to_not_match_like_pattern"
    case matchLikeList = "expect_column_values_to_match_like_pattern_list"
    case notMatchLikeList = "expect_column_values_to_not_match_like_pattern_list"
    case lengthsEqual = "expect_column_value_lengths_to_equal"
    case lengthsBetween = "expect_column_value_lengths_to_be_between"
    case zScores = "expect_column_value_z_scores_to_be_less_than"
    case notOutliers = "expect_column_values_to_not_be_outliers"
    case increasing = "expect_column_values_to_be_increasing"
    case decreasing = "expect_column_values_to_be_decreasing"
    case jsonParseable = "expect_column_values_to_be_json_parseable"
    case matchStrftime = "expect_column_values_to_match_strftime_format"
    // Rows by several columns.
    case compoundUnique = "expect_compound_columns_to_be_unique"
    case uniqueWithinRecord = "expect_select_column_values_to_be_unique_within_record"
    case columnSumEqual = "expect_multicolumn_sum_to_equal"
    case columnsEqual = "expect_multicolumn_values_to_be_equal"
    case pairEqual = "expect_column_pair_values_to_be_equal"
    case pairGreater = "expect_column_pair_values_a_to_be_greater_than_b"
    case pairInSet = "expect_column_pair_values_to_be_in_set"
    // A column as a whole.
    case ofType = "expect_column_values_to_be_of_type"
    case inTypeList = "expect_column_values_to_be_in_type_list"
    case columnType = "expect_column_type_to_be"
    case distinctInSet = "expect_column_distinct_values_to_be_in_set"
    case distinctEqualSet = "expect_column_distinct_values_to_equal_set"
    case distinctContainSet = "expect_column_distinct_values_to_contain_set"
    case mostCommonInSet = "expect_column_most_common_value_to_be_in_set"
    case minimum = "expect_column_min_to_be_between"
    case maximum = "expect_column_max_to_be_between"
    case mean = "expect_column_mean_to_be_between"
    case median = "expect_column_median_to_be_between"
    case sum = "expect_column_sum_to_be_between"
    case deviation = "expect_column_stdev_to_be_between"
    case distinctCount = "expect_column_unique_value_count_to_be_between"
    case distinctShare = "expect_column_proportion_of_unique_values_to_be_between"
    case filledShare = "expect_column_proportion_of_non_null_values_to_be_between"
    case quantiles = "expect_column_quantile_values_to_be_between"
    case divergence = "expect_column_kl_divergence_to_be_less_than"
    // The table.
    case columnExists = "expect_column_to_exist"
    case rowCountEqual = "expect_table_row_count_to_equal"
    case rowCountBetween = "expect_table_row_count_to_be_between"
    case rowCountEqualOther = "expect_table_row_count_to_equal_other_table"
    case columnCountEqual = "expect_table_column_count_to_equal"
    case columnCountBetween = "expect_table_column_count_to_be_between"
    case columnsMatchSet = "expect_table_columns_to_match_set"
    case columnsMatchList = "expect_table_columns_to_match_ordered_list"
    case unexpectedRows = "unexpected_rows_expectation"

    /// Whether rows are counted, so that `mostly` and failing rows have a meaning.
    public var countsRows: Bool {
        switch self {
        case .notNull, .null, .unique, .inSet, .notInSet, .between, .matchRegex, .notMatchRegex,
            .matchRegexList, .notMatchRegexList, .matchLike, .notMatchLike, .matchLikeList,
            .notMatchLikeList, .lengthsEqual, .lengthsBetween, .zScores, .notOutliers,
            .increasing, .decreasing, .jsonParseable, .matchStrftime, .compoundUnique,
            .uniqueWithinRecord, .columnSumEqual, .columnsEqual, .pairEqual, .pairGreater,
            .pairInSet:
            true
        default: false
        }
    }

    /// What it takes beyond the parameters that all take, the first one the one that a short
    /// form names.
    public var parameters: [ExpectationParameter] {
        let column = ExpectationParameter("column", .text, required: true)
        let columns = ExpectationParameter("column_list", .textList, required: true)
        let pair = [
            ExpectationParameter("column_A", .text, required: true),
            ExpectationParameter("column_B", .text, required: true),
        ]
        let range = Self.range(.number)
        switch self {
        case .notNull, .null, .unique: return [column]
        case .inSet, .notInSet, .distinctInSet, .distinctEqualSet, .distinctContainSet:
            return [column, .init("value_set", .list, required: true)]
        case .between: return [column] + Self.range(.scalar)
        case .matchRegex, .notMatchRegex: return [column, .init("regex", .text, required: true)]
        case .matchRegexList:
            return [
                column, .init("regex_list", .textList, required: true), .init("match_on", .text),
            ]
        case .notMatchRegexList:
            return [column, .init("regex_list", .textList, required: true)]
        case .matchLike, .notMatchLike:
            return [
                column, .init("like_pattern", .text, required: true), .init("escape", .text),
            ]
        case .matchLikeList:
            return [
                column, .init("like_pattern_list", .textList, required: true),
                .init("match_on", .text), .init("escape", .text),
            ]
        case .notMatchLikeList:
            return [
                column, .init("like_pattern_list", .textList, required: true),
                .init("escape", .text),
            ]
        case .lengthsEqual: return [column, .init("value", .number, required: true)]
        case .zScores:
            return [
                column, .init("threshold", .number, required: true),
                .init("double_sided", .flag, required: true),
            ]
        case .notOutliers:
            return [column, .init("method", .text), .init("multiplier", .number)]
        case .increasing, .decreasing: return [column, .init("strictly", .flag)]
        case .jsonParseable: return [column]
        case .matchStrftime: return [column, .init("strftime_format", .text, required: true)]
        case .compoundUnique, .uniqueWithinRecord, .columnsEqual:
            return [columns, .init("ignore_row_if", .text)]
        case .columnSumEqual:
            return [
                columns, .init("sum_total", .number, required: true), .init("ignore_row_if", .text),
            ]
        case .pairEqual: return pair + [.init("ignore_row_if", .text)]
        case .pairGreater:
            return pair + [.init("or_equal", .flag), .init("ignore_row_if", .text)]
        case .pairInSet:
            return pair + [
                .init("value_pairs_set", .pairList, required: true), .init("ignore_row_if", .text),
            ]
        case .ofType, .columnType: return [column, .init("type_", .text, required: true)]
        case .inTypeList: return [column, .init("type_list", .textList, required: true)]
        case .mostCommonInSet:
            return [column, .init("value_set", .list, required: true), .init("ties_okay", .flag)]
        case .minimum, .maximum: return [column] + Self.range(.scalar)
        case .lengthsBetween, .mean, .median, .sum, .deviation, .distinctCount, .distinctShare,
            .filledShare:
            return [column] + range
        case .quantiles:
            return [
                column, .init("quantile_ranges", .map, required: true),
                .init("allow_relative_error", .scalar),
            ]
        case .divergence:
            return [
                column, .init("partition_object", .map, required: true),
                .init("threshold", .number), .init("tail_weight_holdout", .share),
                .init("internal_weight_holdout", .share), .init("bucketize_data", .flag),
            ]
        case .columnExists: return [column, .init("column_index", .wholeNumber)]
        case .rowCountEqual, .columnCountEqual:
            return [.init("value", .wholeNumber, required: true)]
        case .rowCountBetween, .columnCountBetween: return range
        case .rowCountEqualOther: return [.init("other_table_name", .text, required: true)]
        case .columnsMatchSet:
            return [
                .init("column_set", .textList, required: true), .init("exact_match", .flag),
            ]
        case .columnsMatchList: return [columns]
        case .unexpectedRows: return [.init("unexpected_rows_query", .text, required: true)]
        }
    }

    private static func range(_ form: ExpectationParameter.Form) -> [ExpectationParameter] {
        [
            .init("min_value", form), .init("max_value", form), .init("strict_min", .flag),
            .init("strict_max", .flag),
        ]
    }

    /// What every expectation takes.
    static let commonParameters: [ExpectationParameter] = [
        .init("mostly", .share), .init("row_condition", .condition),
        .init("condition_parser", .text), .init("result_format", .condition),
        .init("catch_exceptions", .flag), .init("meta", .map), .init("batch_id", .text),
        .init("windows", .windows),
    ]

    /// The kind of a name: Great Expectations' own, the same without `expect_`, or a short form
    /// such as `not_null`.
    public init?(name: String) {
        if let kind = Self(rawValue: name) ?? Self(rawValue: "expect_" + name)
            ?? Self.shortForms[name]
        {
            self = kind
        } else {
            return nil
        }
    }

    /// The short forms that our own suites may use.
    public static let shortForms: [String: Self] = [
        "not_null": .notNull, "null": .null, "unique": .unique, "in_set": .inSet,
        "not_in_set": .notInSet, "between": .between, "matches": .matchRegex,
        "does_not_match": .notMatchRegex, "like": .matchLike, "not_like": .notMatchLike,
        "length": .lengthsEqual, "length_between": .lengthsBetween,
        "no_outliers": .notOutliers, "increasing": .increasing, "decreasing": .decreasing,
        "unique_together": .compoundUnique, "sum_of_columns": .columnSumEqual,
        "greater_than": .pairGreater, "equal_columns": .pairEqual, "type": .columnType,
        "distinct_in_set": .distinctInSet, "distinct_equal_set": .distinctEqualSet,
        "distinct_contain_set": .distinctContainSet, "min_between": .minimum,
        "max_between": .maximum, "mean_between": .mean, "median_between": .median,
        "sum_between": .sum, "stdev_between": .deviation, "distinct_count": .distinctCount,
        "unique_share": .distinctShare, "filled_share": .filledShare, "quantiles": .quantiles,
        "column_exists": .columnExists, "row_count": .rowCountBetween,
        "row_count_equals": .rowCountEqual, "same_row_count_as": .rowCountEqualOther,
        "column_count": .columnCountEqual, "columns": .columnsMatchSet,
        "columns_in_order": .columnsMatchList, "no_rows": .unexpectedRows,
    ]

    /// Expectations that Great Expectations ships and that no SQL engine can count.
    static let knownElsewhere: Set<String> = [
        "expect_column_values_to_be_dateutil_parseable",
        "expect_column_values_to_match_json_schema",
        "expect_query_results_to_match_comparison",
        "expect_column_bootstrapped_ks_test_p_value_to_be_greater_than",
        "expect_column_chisquare_test_p_value_to_be_greater_than",
        "expect_column_pair_cramers_phi_value_to_be_less_than",
        "expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than",
    ]
}
