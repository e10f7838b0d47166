/// The SQL helpers where DuckDB and PostgreSQL differ from SQLite; each replaces one of
/// ``BuiltinMacros/text``.
extension BuiltinMacros {
    /// What goes before the common macros on that engine; nil where nothing does.
    static func text(of dialect: SQLDialect) -> String? {
        switch dialect {
        case .sqlite: nil
        case .duckdb: common + duckdb
        case .postgres: common + postgres
        }
    }

    private static let common = """
        {% macro cast_bool_to_text(field) -%}cast({{ field }} as text){%- endmacro %}
        {% macro type_string() %}{{ return('text') }}{% endmacro %}
        {% macro type_timestamp() %}{{ return('timestamp') }}{% endmacro %}
        {% macro type_int() %}{{ return('int') }}{% endmacro %}
        {% macro type_bigint() %}{{ return('bigint') }}{% endmacro %}
        {% macro type_numeric() %}{{ return('numeric(28,6)') }}{% endmacro %}
        {% macro type_float() %}{{ return('double precision') }}{% endmacro %}
        {% macro type_boolean() %}{{ return('boolean') }}{% endmacro %}
        {% macro position(substring_text, string_text) -%}
        position({{ substring_text }} in {{ string_text }})
        {%- endmacro %}
        {% macro hash(field) -%}md5(cast({{ field }} as text)){%- endmacro %}
        {% macro date(year, month, day) -%}
        cast('{{ '%04d-%02d-%02d' % (year, month, day) }}' as date)
        {%- endmacro %}
        {% macro last_day(date, datepart) -%}
        cast(date_trunc('{{ datepart | lower }}', {{ date }}) + interval '
        {%- if datepart | lower == 'quarter' %}3 month{% else %}1 {{ datepart | lower }}{% endif -%}
        ' - interval '1 day' as date)
        {%- endmacro %}
        {% macro bool_or(expression) -%}bool_or({{ expression }}){%- endmacro %}
        {% macro current_timestamp() -%}now(){%- endmacro %}
        {% macro current_timestamp_backcompat() -%}now(){%- endmacro %}
        {% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
        {%- if limit_num -%}
        array_to_string((array_agg({{ measure }} {{ order_by_clause or '' }}))[1:{{ limit_num }}], {{ delimiter_text }})
        {%- else -%}
        string_agg({{ measure }}, {{ delimiter_text }} {{ order_by_clause or '' }})
        {%- endif -%}
        {%- endmacro %}

        """

    private static let duckdb = """
        {% macro dateadd(datepart, interval, from_date_or_timestamp) -%}
        date_add({{ from_date_or_timestamp }}, interval ({{ interval }}) {{ datepart }})
        {%- endmacro %}
        {% macro datediff(first_date, second_date, datepart) -%}
        {%- set shift = ' + interval 1 day' if datepart | lower == 'week' else '' -%}
        date_diff('{{ datepart | lower }}', ({{ first_date }})::timestamp{{ shift }}, ({{ second_date }})::timestamp{{ shift }})
        {%- endmacro %}
        {% macro array_append(array, new_element) -%}list_append({{ array }}, {{ new_element }}){%- endmacro %}
        {% macro array_concat(array_1, array_2) -%}list_concat({{ array_1 }}, {{ array_2 }}){%- endmacro %}
        {% macro safe_cast(field, type) -%}try_cast({{ field }} as {{ type }}){%- endmacro %}
        {% macro any_value(expression) -%}arg_min({{ expression }}, {{ expression }}){%- endmacro %}
        {% macro array_construct(inputs=[], data_type=none) -%}[{{ inputs | join(', ') }}]{%- endmacro %}
        """

    /// PostgreSQL has no `datediff`: whole years, months and weeks come from calendar parts, the
    /// rest from days, each unit counting the boundaries that are crossed.
    private static let postgres = """
        {% macro dateadd(datepart, interval, from_date_or_timestamp) -%}
        {{ from_date_or_timestamp }} + ((interval '{% if datepart | lower == 'quarter' %}3 month
        {%- else %}1 {{ datepart | lower }}{% endif %}') * ({{ interval }}))
        {%- endmacro %}
        {% macro datediff(first_date, second_date, datepart) -%}
        {%- set part = datepart | lower -%}
        {#- Weeks begin on Sunday there. -#}
        {%- set shift = " + interval '1 day'" if part == 'week' else '' -%}
        {%- set a = '((' ~ first_date ~ ')::timestamp' ~ shift ~ ')' -%}
        {%- set b = '((' ~ second_date ~ ')::timestamp' ~ shift ~ ')' -%}
        {%- if part == 'year' -%}
        cast(extract(year from {{ b }}) - extract(year from {{ a }}) as bigint)
        {%- elif part == 'quarter' -%}
        cast((extract(year from {{ b }}) - extract(year from {{ a }})) * 4 + extract(quarter from {{ b }}) - extract(quarter from {{ a }}) as bigint)
        {%- elif part == 'month' -%}
        cast((extract(year from {{ b }}) - extract(year from {{ a }})) * 12 + extract(month from {{ b }}) - extract(month from {{ a }}) as bigint)
        {%- elif part == 'week' -%}
        cast((extract(epoch from date_trunc('week', {{ b }})) - extract(epoch from date_trunc('week', {{ a }}))) / 604800 as bigint)
        {%- elif part in ('day', 'hour', 'minute', 'second') -%}
        cast((extract(epoch from date_trunc('{{ part }}', {{ b }})) - extract(epoch from date_trunc('{{ part }}', {{ a }}))) / {{ {'day': 86400, 'hour': 3600, 'minute': 60, 'second': 1}[part] }} as bigint)
        {%- else -%}
        {{ exceptions.raise_compiler_error("datediff does not know the part '" ~ datepart ~ "' on PostgreSQL") }}
        {%- endif -%}
        {%- endmacro %}
        {% macro any_value(expression) -%}min({{ expression }}){%- endmacro %}
        {% macro array_append(array, new_element) -%}array_append({{ array }}, {{ new_element }}){%- endmacro %}
        {% macro array_concat(array_1, array_2) -%}array_cat({{ array_1 }}, {{ array_2 }}){%- endmacro %}
        {% macro array_construct(inputs=[], data_type=none) -%}
        array[{{ inputs | join(', ') }}]{% if data_type %}::{{ data_type }}[]{% endif %}
        {%- endmacro %}
        """
}
