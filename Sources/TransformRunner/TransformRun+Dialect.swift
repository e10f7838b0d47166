import Transform

/// SQL that stands in a configuration is written for the project's engine, as models are.
extension TransformRun {
    /// Keys of a node's configuration whose values are SQL, or lists of it.
    private static let expressionKeys = [
        "unique_key", "updated_at", "dbt_valid_to_current", "predicates",
        "incremental_predicates", "partition_by",
    ]

    /// `sql` as this database takes it.
    func adapted(_ sql: String) -> String {
        database.dialect == .sqlite ? project.rewritten(sql) : sql
    }

    /// A node's configuration with its expressions as this database takes them.
    func adapted(_ config: ConfigMap) -> ConfigMap {
        guard database.dialect == .sqlite else { return config }
        var result = config
        for key in Self.expressionKeys {
            if let value = config[key] { result[key] = adapted(value) }
        }
        return result
    }

    private func adapted(_ value: ConfigValue) -> ConfigValue {
        switch value {
        // A bare name is no expression.
        case .string(let text) where text.contains(where: { "( :'".contains($0) }):
            .string(adapted(text))
        case .list(let items): .list(items.map { adapted($0) })
        default: value
        }
    }
}
