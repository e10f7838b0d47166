/// Words that SQL itself gives a meaning.
public enum SQLWords {
    /// What coloured text and the formatter call keywords: the same for the three dialects.
    public static let keywords: Set<String> = Set(
        """
        abort action add after all alter always analyze and anti any as asc asof atomic attach
        autoincrement before begin between both by call cascade case cast check checkpoint collate
        column columns comment commit concurrently conflict constraint copy create cross cube
        current current_date current_time current_timestamp cursor database deallocate declare
        default deferrable deferred delete desc describe detach distinct do drop each else end
        escape except exclude exclusive execute exists explain export extension fail false fetch
        filter first following for foreign from full function generated glob grant group grouping
        groups having if ignore ilike immediate import in index indexed initially inner insert
        instead install intersect interval into is isnull join key language last lateral left like
        limit listen load local lock macro match materialized merge natural next no not nothing
        notify notnull null nulls of offset on only or order others outer over overwrite partition
        pivot plan policy positional pragma preceding prepare primary procedure qualify query raise
        range recursive references refresh regexp reindex release rename replace reset respect
        restrict returning returns revoke right rollback rollup row rows sample savepoint schema
        select semi sequence set sets show similar some start summarize table tablesample temp
        temporary then ties to transaction trigger true truncate try_cast unbounded union unique
        unlogged unpivot update use using vacuum values variadic view virtual when where window
        with within without
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Keywords that the formatter writes in capitals: those that no dialect takes for a name.
    static let capitals: Set<String> = Set(
        """
        select from where group by having order limit offset join left right inner outer cross full
        natural on using and or not in is null like ilike between exists case when then else end
        union all intersect except distinct as asc desc with recursive insert into values update
        set delete create table view index unique primary references default check constraint drop
        alter add column returning over partition window lateral qualify begin commit rollback
        explain analyze trigger for each row before after if nulls cascade collate true false
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Names of data types that are no ordinary names elsewhere.
    public static let types: Set<String> = Set(
        """
        bigint bigserial bit blob bool boolean bytea char character cidr date datetime decimal
        double float float4 float8 hugeint inet int int2 int4 int8 integer json jsonb list map
        nchar numeric nvarchar real serial smallint struct text time timestamp timestamptz timetz
        tinyint ubigint uinteger usmallint utinyint uuid varchar varying xml
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Functions offered in completion, beside those of the dialect.
    public static func functions(of dialect: SQLDialect) -> [String] {
        let common = [
            "abs", "avg", "ceil", "coalesce", "concat", "count", "cume_dist", "dense_rank", "exp",
            "first_value", "floor", "lag", "last_value", "lead", "length", "ln", "lower", "ltrim",
            "max", "min", "mod", "nth_value", "ntile", "nullif", "percent_rank", "pi", "power",
            "rank", "replace", "round", "row_number", "rtrim", "sign", "sqrt", "substr", "sum",
            "trim", "upper",
        ]
        let own: [String]
        switch dialect {
        case .sqlite:
            own = [
                "char", "date", "datetime", "format", "group_concat", "hex", "ifnull", "iif",
                "instr", "json", "json_array", "json_each", "json_extract", "json_group_array",
                "json_group_object", "json_object", "json_type", "julianday", "printf", "quote",
                "random", "randomblob", "strftime", "total", "typeof", "unicode", "unixepoch",
                "zeroblob",
            ]
        case .postgresql:
            own = [
                "age", "array_agg", "array_length", "bool_and", "bool_or", "date_bin", "date_part",
                "date_trunc", "extract", "format", "gen_random_uuid", "generate_series", "greatest",
                "initcap", "json_agg", "json_build_object", "jsonb_agg", "jsonb_build_object",
                "least", "left", "lpad", "make_interval", "md5", "mode", "now", "percentile_cont",
                "percentile_disc", "position", "random", "regexp_matches", "regexp_replace",
                "right", "rpad", "split_part", "string_agg", "string_to_array", "to_char",
                "to_date", "to_json", "to_jsonb", "to_timestamp", "unnest",
            ]
        case .duckdb:
            own = [
                "approx_count_distinct", "approx_quantile", "arg_max", "arg_min", "array_agg",
                "bool_and", "bool_or", "date_diff", "date_part", "date_trunc", "epoch", "extract",
                "generate_series", "greatest", "hash", "histogram", "json_extract", "least",
                "list", "list_contains", "list_filter", "list_transform", "md5", "median", "mode",
                "now", "quantile", "quantile_cont", "random", "range", "read_csv", "read_json",
                "read_parquet", "regexp_extract", "regexp_matches", "regexp_replace", "reservoir",
                "string_agg", "string_split", "strftime", "strptime", "struct_pack", "try_cast",
                "unnest",
            ]
        }
        return (common + own).sorted()
    }
}

/// What a token is to the eye.
public enum SQLColor: UInt8, Hashable, Sendable {
    case plain, keyword, text, number, comment, function, type, parameter, name
}

extension SQLLexer {
    /// The tokens of a line with what each is to the eye; blanks left out.
    public func colors(of bytes: [UInt8], mode: inout SQLMode) -> [(Range<Int>, SQLColor)] {
        let tokens = tokens(of: bytes, mode: &mode)
        var result: [(Range<Int>, SQLColor)] = []
        for (index, token) in tokens.enumerated() where token.kind != .space {
            result.append((token.range, color(of: token, at: index, in: tokens, bytes)))
        }
        return result
    }

    private func color(
        of token: SQLToken, at index: Int, in tokens: [SQLToken], _ bytes: [UInt8]
    ) -> SQLColor {
        switch token.kind {
        case .lineComment, .blockComment: return .comment
        case .text: return .text
        case .number: return .number
        case .parameter: return .parameter
        case .quotedName: return .name
        case .space, .operation, .punctuation: return .plain
        case .word:
            let word = String(decoding: bytes[token.range], as: UTF8.self).lowercased()
            if index > 0, Self.isByte(tokens[index - 1], UInt8(ascii: "."), bytes) { return .name }
            let following = tokens[(index + 1)...].first { !$0.isBlank }
            let isCalled = following.map { Self.isByte($0, UInt8(ascii: "("), bytes) } ?? false
            if isCalled, !Self.takesBracket.contains(word) {
                return SQLWords.types.contains(word) ? .type : .function
            }
            if SQLWords.keywords.contains(word) { return .keyword }
            return SQLWords.types.contains(word) ? .type : .name
        }
    }

    /// Keywords before a bracket that call nothing.
    private static let takesBracket: Set<String> = [
        "and", "any", "all", "as", "by", "check", "except", "exists", "filter", "from", "having",
        "in", "intersect", "into", "join", "key", "not", "on", "or", "over", "primary", "select",
        "set", "some", "table", "then", "union", "unique", "using", "values", "when", "where",
        "with", "else", "case", "lateral", "materialized", "within", "group", "references",
        "conflict", "returning", "between", "like", "is", "limit", "offset", "default", "index",
    ]

    static func isByte(_ token: SQLToken, _ byte: UInt8, _ bytes: [UInt8]) -> Bool {
        token.kind == .punctuation && bytes[token.range.lowerBound] == byte
    }
}
