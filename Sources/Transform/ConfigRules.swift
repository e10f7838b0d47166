/// How configurations of several places become one: §1 of dbt's rules.
enum ConfigRules {
    /// Every configuration that may stand in a tree without a `+`.
    static let known: Set<String> = [
        "enabled", "materialized", "tags", "meta", "schema", "database", "alias", "docs",
        "persist_docs", "full_refresh", "unique_key", "on_schema_change", "incremental_strategy",
        "incremental_predicates", "predicates", "merge_update_columns", "merge_exclude_columns",
        "pre_hook",
        "post_hook", "column_types", "quote_columns", "delimiter", "strategy", "updated_at",
        "check_cols", "target_schema", "target_database", "hard_deletes",
        "invalidate_hard_deletes", "dbt_valid_to_current", "snapshot_meta_column_names",
        "severity", "store_failures", "store_failures_as", "where", "limit", "fail_calc",
        "warn_if", "error_if", "event_time", "batch_size", "begin", "lookback",
        "concurrent_batches", "contract", "group", "access", "grants", "packages", "sql_header",
        "partition_by", "cluster_by", "quoting", "freshness", "loaded_at_field", "loaded_at_query",
        "on_configuration_change", "node_color", "bind", "indexes", "static_analysis",
        "description", "transient", "file_format", "location_root", "location", "options",
    ]

    private static let additive: Set<String> = ["tags", "pre_hook", "post_hook"]
    private static let merged: Set<String> = [
        "meta", "vars", "column_types", "docs", "persist_docs", "grants", "contract", "quoting",
    ]

    /// Whether what a file says is added to what the project says, and does not replace it.
    static func adds(_ key: String) -> Bool { additive.contains(key) || merged.contains(key) }

    /// `pre-hook` is `pre_hook`, and so on.
    static func canonical(_ key: String) -> String {
        switch key {
        case "pre-hook": "pre_hook"
        case "post-hook": "post_hook"
        default: key
        }
    }

    /// Lays `stronger` over `config`.
    static func merge(_ stronger: ConfigMap, into config: inout ConfigMap) {
        for pair in stronger.pairs {
            let key = canonical(pair.key)
            if additive.contains(key) {
                var items = config[key]?.asList ?? []
                for item in pair.value.asList where key != "tags" || !items.contains(item) {
                    items.append(item)
                }
                config[key] = .list(items)
            } else if merged.contains(key), case .map(let map) = pair.value {
                var whole = config[key]?.map ?? ConfigMap()
                for inner in map.pairs { whole[inner.key] = inner.value }
                config[key] = .map(whole)
            } else {
                config[key] = pair.value
            }
        }
    }

    /// What a tree of `dbt_project.yml` says for `fqn`, from the root to the leaf.
    static func lookUp(_ tree: ConfigMap?, fqn: [String]) -> ConfigMap {
        var result = ConfigMap()
        var level = tree
        var rest = fqn[...]
        while let current = level {
            var own = ConfigMap()
            for pair in current.pairs {
                if pair.key.hasPrefix("+") {
                    own[String(pair.key.dropFirst())] = pair.value
                } else if known.contains(canonical(pair.key)),
                    pair.key != rest.first
                        || pair.value.map == nil
                {
                    own[pair.key] = pair.value
                }
            }
            merge(own, into: &result)
            guard let next = rest.popFirst() else { break }
            level = current[next]?.map
        }
        return result
    }
}
