import SQLText

/// A statement that destroys more than a few rows, found in a text before it is run.
public struct StatementRisk: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case drop, truncate
        case deleteWithoutWhere, updateWithoutWhere
    }

    public var kind: Kind
    public var place: StatementPlace
    /// The beginning of the statement; not yet made safe for a terminal.
    public var excerpt: String

    /// The risky statements of `text`, in their order.
    ///
    /// Found are DROP and TRUNCATE, ALTER … DROP, and DELETE and UPDATE without WHERE, also where
    /// they stand in a WITH or behind EXPLAIN ANALYZE. What a function or a DO block does is not
    /// seen.
    public static func all(in text: String, for engine: DatabaseEngine) -> [StatementRisk] {
        let script = SQLScript(text, engine.dialect)
        return script.statements.enumerated().compactMap { index, statement in
            guard let hazard = script.hazards(of: statement).first else { return nil }
            return StatementRisk(
                kind: Kind(hazard), place: StatementPlace(index: index, range: statement.range),
                excerpt: String(decoding: script.bytes[statement.range].prefix(300), as: UTF8.self))
        }
    }
}

extension StatementRisk.Kind {
    fileprivate init(_ hazard: SQLHazard) {
        switch hazard {
        case .drop, .alterDrop: self = .drop
        case .truncate: self = .truncate
        case .deleteAll: self = .deleteWithoutWhere
        case .updateAll: self = .updateWithoutWhere
        }
    }
}
