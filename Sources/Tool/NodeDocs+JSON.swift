import JSONText
import Transform
import TransformHistory
import TransformRunner

extension NodeDocs {
    /// `{"unique_id","path","description","tags","columns":[{"name","type","description","tests",
    /// "inputs":[{"unique_id","column","how"}]}],"problem","runs":[…]}`
    func json(history: [NodeRecord]) -> JSONValue {
        .object([
            "unique_id": .string(node.uniqueID), "path": .string(node.path),
            "description": .string(node.description),
            "tags": .array(node.tags.map { .string($0) }),
            "columns": .array(columns.map(Self.json)), "problem": .string(orNull: problem),
            "runs": .array(history.map(\.json)),
        ])
    }

    private static func json(_ column: Column) -> JSONValue {
        .object([
            "name": .string(column.name), "type": .string(column.type),
            "description": .string(column.description),
            "tests": .array(column.tests.map { .string($0) }),
            "inputs": .array(
                column.origins.map { origin in
                    .object([
                        "unique_id": .string(origin.node), "column": .string(origin.column),
                        "how": .string(origin.how),
                    ])
                }),
        ])
    }
}
