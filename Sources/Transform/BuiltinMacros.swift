/// Macros that every project has under the name `dbt`: generic tests, names, and SQL helpers in
/// the dialect of SQLite.
enum BuiltinMacros {
    static let file = "<built-in macros>"
    static let text = """
        {% test unique(model, column_name) %}
        select {{ column_name }} as unique_field, count(*) as n_records
        from {{ model }}
        where {{ column_name }} is not null
        group by {{ column_name }}
        having count(*) > 1
        {% endtest %}
        {% test not_null(model, column_name) %}
        select {{ column_name }}
        from {{ model }}
        where {{ column_name }} is null
        {% endtest %}
        {% test accepted_values(model, column_name, values, quote=True) %}
        with found as (
            select {{ column_name }} as value_field, count(*) as n_records
            from {{ model }}
            group by {{ column_name }}
        )
        select * from found where value_field not in (
            {%- for value in values -%}
            {%- if quote -%}'{{ (value | string).replace("'", "''") }}'{%- else -%}{{ value }}{%- endif -%}
            {%- if not loop.last -%},{%- endif -%}
            {%- endfor -%}
        )
        {% endtest %}
        {% test relationships(model, column_name, to, field) %}
        select child.from_field
        from (select {{ column_name }} as from_field from {{ model }} where {{ column_name }} is not null) as child
        left join (select {{ field }} as to_field from {{ to }}) as parent on child.from_field = parent.to_field
        where parent.to_field is null
        {% endtest %}
        {% macro generate_schema_name(custom_schema_name=none, node=none) -%}
        {%- if custom_schema_name is none -%}{{ target.schema }}
        {%- else -%}{{ target.schema }}_{{ custom_schema_name | trim }}{%- endif -%}
        {%- endmacro %}
        {% macro generate_alias_name(custom_alias_name=none, node=none) -%}
        {%- if custom_alias_name -%}{{ custom_alias_name | trim }}
        {%- elif node and node.version -%}{{ node.name ~ '_v' ~ (node.version | string | replace('.', '_')) }}
        {%- else -%}{{ node.name }}{%- endif -%}
        {%- endmacro %}
        {% macro generate_database_name(custom_database_name=none, node=none) -%}
        {{ custom_database_name | trim if custom_database_name else target.database }}
        {%- endmacro %}
        {% macro generate_schema_name_for_env(custom_schema_name=none, node=none) -%}
        {{ custom_schema_name | trim if target.name == 'prod' and custom_schema_name else target.schema }}
        {%- endmacro %}
        {% macro should_store_failures() -%}
        {%- set own = config.get('store_failures') -%}
        {{ return(flags.STORE_FAILURES if own is none else own) }}
        {%- endmacro %}
        {% macro should_full_refresh() -%}
        {%- set own = config.get('full_refresh') -%}
        {{ return(flags.FULL_REFRESH if own is none else own) }}
        {%- endmacro %}
        {% macro load_relation(relation) -%}
        {{ return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) }}
        {%- endmacro %}
        {% macro get_columns_in_relation(relation) -%}{{ return(adapter.get_columns_in_relation(relation)) }}{%- endmacro %}
        {% macro cast_bool_to_text(field) -%}
        case when {{ field }} = 0 then 'false' when {{ field }} = 1 then 'true' end
        {%- endmacro %}
        {% macro type_string() %}{{ return('text') }}{% endmacro %}
        {% macro type_timestamp() %}{{ return('text') }}{% endmacro %}
        {% macro type_int() %}{{ return('integer') }}{% endmacro %}
        {% macro type_bigint() %}{{ return('integer') }}{% endmacro %}
        {% macro type_numeric() %}{{ return('numeric') }}{% endmacro %}
        {% macro type_float() %}{{ return('real') }}{% endmacro %}
        {% macro type_boolean() %}{{ return('integer') }}{% endmacro %}
        {% macro date_trunc(datepart, date) -%}date_trunc('{{ datepart | lower }}', {{ date }}){%- endmacro %}
        {% macro dateadd(datepart, interval, from_date_or_timestamp) -%}
        dateadd('{{ datepart | lower }}', {{ interval }}, {{ from_date_or_timestamp }})
        {%- endmacro %}
        {% macro datediff(first_date, second_date, datepart) -%}
        datediff('{{ datepart | lower }}', {{ first_date }}, {{ second_date }})
        {%- endmacro %}
        {% macro date(year, month, day) -%}'{{ '%04d-%02d-%02d' % (year, month, day) }}'{%- endmacro %}
        {% macro last_day(date, datepart) -%}
        date(dateadd('day', -1, dateadd('{{ datepart | lower }}', 1, date_trunc('{{ datepart | lower }}', {{ date }}))))
        {%- endmacro %}
        {% macro length(expression) -%}length({{ expression }}){%- endmacro %}
        {% macro replace(field, old_chars, new_chars) -%}replace({{ field }}, {{ old_chars }}, {{ new_chars }}){%- endmacro %}
        {% macro position(substring_text, string_text) -%}instr({{ string_text }}, {{ substring_text }}){%- endmacro %}
        {% macro split_part(string_text, delimiter_text, part_number) -%}
        split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
        {%- endmacro %}
        {% macro concat(fields) -%}{{ fields | join(' || ') }}{%- endmacro %}
        {% macro hash(field) -%}lower(hex(md5(cast({{ field }} as text)))){%- endmacro %}
        {% macro safe_cast(field, type) -%}cast({{ field }} as {{ type }}){%- endmacro %}
        {% macro cast(field, type) -%}cast({{ field }} as {{ type }}){%- endmacro %}
        {% macro string_literal(value) -%}'{{ value }}'{%- endmacro %}
        {% macro escape_single_quotes(expression) -%}{{ expression | replace("'", "''") }}{%- endmacro %}
        {% macro right(string_text, length_expression) -%}right({{ string_text }}, {{ length_expression }}){%- endmacro %}
        {% macro except() %}except{% endmacro %}
        {% macro intersect() %}intersect{% endmacro %}
        {% macro current_timestamp() -%}strftime('%Y-%m-%d %H:%M:%f', 'now'){%- endmacro %}
        {% macro current_timestamp_backcompat() -%}strftime('%Y-%m-%d %H:%M:%f', 'now'){%- endmacro %}
        {% macro any_value(expression) -%}max({{ expression }}){%- endmacro %}
        {% macro bool_or(expression) -%}max({{ expression }}){%- endmacro %}
        {% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
        group_concat({{ measure }}, {{ delimiter_text }})
        {%- endmacro %}
        {% macro array_construct(inputs=[], data_type=none) -%}json_array({{ inputs | join(', ') }}){%- endmacro %}
        """
}
