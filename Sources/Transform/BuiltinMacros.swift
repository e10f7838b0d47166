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
        select {{ '*' if should_store_failures() else column_name }}
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
        {%- set form = config.get('store_failures_as') -%}
        {%- if form is not none -%}{{ return(form != 'ephemeral' and own != false) }}{%- endif -%}
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
        {%- if datepart | lower == 'week' -%}
        datediff('week', dateadd('day', 1, {{ first_date }}), dateadd('day', 1, {{ second_date }}))
        {%- else -%}
        datediff('{{ datepart | lower }}', {{ first_date }}, {{ second_date }})
        {%- endif -%}
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
        {% macro hash(field) -%}case when {{ field }} is not null then lower(hex(md5(cast({{ field }} as text)))) end{%- endmacro %}
        {% macro safe_cast(field, type) -%}cast({{ field }} as {{ type }}){%- endmacro %}
        {% macro cast(field, type) -%}cast({{ field }} as {{ type }}){%- endmacro %}
        {% macro string_literal(value) -%}'{{ value }}'{%- endmacro %}
        {% macro escape_single_quotes(expression) -%}{{ expression | replace("'", "''") }}{%- endmacro %}
        {% macro right(string_text, length_expression) -%}right({{ string_text }}, {{ length_expression }}){%- endmacro %}
        {% macro except() %}except{% endmacro %}
        {% macro intersect() %}intersect{% endmacro %}
        {% macro current_timestamp() -%}strftime('%Y-%m-%d %H:%M:%f', 'now'){%- endmacro %}
        {% macro current_timestamp_backcompat() -%}strftime('%Y-%m-%d %H:%M:%f', 'now'){%- endmacro %}
        {% macro any_value(expression) -%}min({{ expression }}){%- endmacro %}
        {% macro bool_or(expression) -%}max({{ expression }}){%- endmacro %}
        {% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
        {%- if modules.re.match('(?i) *distinct ', measure) -%}
        replace(group_concat({{ measure }}), ',', {{ delimiter_text }})
        {%- elif order_by_clause or limit_num -%}
        {%- set key = modules.re.sub('(?i)^ *order +by +', '', order_by_clause or 'order by 1') | trim -%}
        {%- set down = (key | lower).endswith(' desc') -%}
        ordered_concat({{ measure }}, {{ delimiter_text }}, {{ modules.re.sub('(?i) +(asc|desc)$', '', key) }}, '{{ 'desc' if down else 'asc' }}', {{ limit_num or 'null' }})
        {%- else -%}
        group_concat({{ measure }}, {{ delimiter_text }})
        {%- endif -%}
        {%- endmacro %}
        {% macro array_construct(inputs=[], data_type=none) -%}json_array({{ inputs | join(', ') }}){%- endmacro %}
        {% macro array_append(array, new_element) -%}json_insert({{ array }}, '$[#]', {{ new_element }}){%- endmacro %}
        {% macro array_concat(array_1, array_2) -%}
        (select json_group_array(value) from (select value from json_each({{ array_1 }}) union all select value from json_each({{ array_2 }})))
        {%- endmacro %}
        """ + shared

    /// What is the same on every engine.
    private static let shared = """

        {% macro get_powers_of_two(upper_bound) -%}
        {%- if upper_bound <= 0 -%}{{ exceptions.raise_compiler_error('upper bound must be positive') }}{%- endif -%}
        {%- for power in range(1, 62) -%}{%- if 2 ** power >= upper_bound -%}{{ return(power) }}{%- endif -%}{%- endfor -%}
        {%- endmacro %}
        {% macro generate_series(upper_bound) -%}
        {%- set count = get_powers_of_two(upper_bound) -%}
        with bits as (select 0 as bit union all select 1), numbers as (
        select {% for place in range(count) %}b{{ place }}.bit * {{ 2 ** place }} + {% endfor %}1 as generated_number
        from {% for place in range(count) %}bits as b{{ place }}{{ ' cross join ' if not loop.last }}{% endfor %}
        )
        select generated_number from numbers where generated_number <= {{ upper_bound }} order by generated_number
        {%- endmacro %}
        {% macro get_intervals_between(start_date, end_date, datepart) -%}
        {%- if not execute -%}{{ return(1) }}{%- endif -%}
        {%- set found = run_query('select ' ~ dbt.datediff(start_date, end_date, datepart)) -%}
        {{ return(found.columns[0].values()[0]) }}
        {%- endmacro %}
        {% macro date_spine(datepart, start_date, end_date) -%}
        with steps as (
        {{ dbt.generate_series(dbt.get_intervals_between(start_date, end_date, datepart)) }}
        ), periods as (
        select {{ dbt.dateadd(datepart, 'generated_number - 1', start_date) }} as date_{{ datepart }} from steps
        )
        select * from periods where date_{{ datepart }} <= {{ end_date }}
        {%- endmacro %}
        {% macro make_hook_config(sql, inside_transaction) %}{{ return({'sql': sql, 'transaction': inside_transaction}) }}{% endmacro %}
        {% macro before_begin(sql) %}{{ return(make_hook_config(sql, false)) }}{% endmacro %}
        {% macro in_transaction(sql) %}{{ return(make_hook_config(sql, true)) }}{% endmacro %}
        {% macro after_commit(sql) %}{{ return(make_hook_config(sql, false)) }}{% endmacro %}
        {% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) %}{% endmacro %}
        {% macro load_cached_relation(relation) %}{{ return(load_relation(relation)) }}{% endmacro %}
        {% macro drop_relation(relation) %}{% do adapter.drop_relation(relation) %}{% endmacro %}
        {% macro drop_relation_if_exists(relation) %}{% if relation is not none %}{% do adapter.drop_relation(relation) %}{% endif %}{% endmacro %}
        {% macro truncate_relation(relation) %}{% do adapter.truncate_relation(relation) %}{% endmacro %}
        {% macro rename_relation(from_relation, to_relation) %}{% do adapter.rename_relation(from_relation, to_relation) %}{% endmacro %}
        {% macro create_schema(relation) %}{% do adapter.create_schema(relation) %}{% endmacro %}
        {% macro drop_schema(relation) %}{% do adapter.drop_schema(relation) %}{% endmacro %}
        {% macro check_schema_exists(information_schema, schema) %}{{ return(adapter.check_schema_exists(information_schema, schema)) }}{% endmacro %}
        {% macro list_relations_without_caching(schema_relation) %}{{ return(adapter.list_relations_without_caching(schema_relation)) }}{% endmacro %}
        {% macro get_columns_in_query(select_sql) -%}
        {%- if not execute -%}{{ return([]) }}{%- endif -%}
        {{ return(run_query('select * from (' ~ select_sql ~ ') as q where 1 = 0').column_names | list) }}
        {%- endmacro %}
        {% macro equals(expr1, expr2) -%}
        case when ({{ expr1 }} = {{ expr2 }}) or ({{ expr1 }} is null and {{ expr2 }} is null) then 0 else 1 end = 0
        {%- endmacro %}
        {% macro get_quoted_csv(column_names) -%}
        {%- set quoted = [] -%}
        {%- for name in column_names -%}{%- do quoted.append(adapter.quote(name)) -%}{%- endfor -%}
        {{ return(quoted | join(', ')) }}
        {%- endmacro %}
        {% macro get_limit_subquery_sql(sql, limit) -%}select * from ({{ sql }}) as model_limit_subq limit {{ limit }}{%- endmacro %}
        {% macro snapshot_get_time() -%}{{ current_timestamp() }}{%- endmacro %}
        {% macro current_timestamp_in_utc_backcompat() -%}{{ current_timestamp() }}{%- endmacro %}
        {% macro py_current_timestring() -%}{{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}{%- endmacro %}
        {% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') -%}
        {%- set first = modules.datetime.datetime.strptime(start_date_str, in_fmt) -%}
        {%- set last = modules.datetime.datetime.strptime(end_date_str or start_date_str, in_fmt) -%}
        {%- set dates = [] -%}
        {%- for day in range((last - first).days + 1) -%}
        {%- do dates.append((first + modules.datetime.timedelta(days=day)).strftime(out_fmt)) -%}
        {%- endfor -%}
        {{ return(dates) }}
        {%- endmacro %}
        {% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') -%}
        {%- set parts = (raw_partition_date | string).split(',') -%}
        {{ return(dates_in_range(parts[0], parts[-1], in_fmt=date_fmt)) }}
        {%- endmacro %}
        {% macro create_view_as(relation, sql) -%}create view {{ relation }} as {{ sql }}{%- endmacro %}
        {% macro create_table_as(temporary, relation, sql) -%}
        create {{ 'temporary ' if temporary }}table {{ relation.include(schema=false, database=false) if temporary else relation }} as {{ sql }}
        {%- endmacro %}
        {% macro drop_schema_named(schema_name) %}{% do adapter.drop_schema(api.Relation.create(schema=schema_name)) %}{% endmacro %}
        {% macro set_sql_header(config) -%}{% do config.set('sql_header', caller()) %}{%- endmacro %}
        """
}
