import Domain

extension CacheWriter {
    mutating func write(_ node: TransformNode) {
        write(node.uniqueID)
        write(node.kind.rawValue)
        write(node.name)
        write(node.package)
        write(node.path)
        list(node.fqn) { $0.write($1) }
        write(node.place)
        write(node.config)
        write(node.description)
        list(node.columns) { writer, column in
            writer.write(column.name)
            writer.write(column.description)
            writer.write(column.dataType)
            writer.list(column.constraints) { $0.write($1) }
            writer.write(column.quotes)
        }
        write(node.rawSQL)
        list(node.references) { writer, reference in
            writer.write(reference.package)
            writer.write(reference.name)
            writer.write(reference.version)
        }
        list(node.sources) { writer, parts in writer.list(parts) { $0.write($1) } }
        list(node.dependencies) { $0.write($1) }
        list(node.relation.map { [$0] } ?? []) { $0.write($1) }
        list(node.generic.map { [$0] } ?? []) { writer, test in
            writer.write(test.namespace)
            writer.write(test.name)
            writer.write(test.columnName)
            writer.write(test.arguments)
            writer.write(test.attachedTo)
        }
        list(node.unit.map { [$0] } ?? []) { writer, unit in
            writer.write(unit.model)
            writer.list(unit.given) { $0.write($1) }
            writer.write(unit.expect)
            writer.write(unit.overrides)
        }
        write(node.sourceName)
        write(node.patchPath)
        write(node.extra)
        write(node.version)
        write(node.isLatestVersion)
    }

    private mutating func write(_ relation: RelationName) {
        write(relation.database)
        write(relation.schema)
        write(relation.identifier)
        write(relation.defaultSchema)
        write(relation.dialect.rawValue)
    }

    mutating func write(_ problem: SourceProblem) {
        write(problem.file)
        write(problem.place)
        write(problem.lineText)
        write(problem.problem)
        write(problem.remedy)
        write(problem.severity == .error)
    }
}

extension CacheReader {
    /// A node without its template, which ``TransformNode/parsedTemplate()`` makes where it is needed.
    mutating func node() throws(Damage) -> TransformNode {
        let id = try string()
        guard let kind = ResourceKind(rawValue: try string()) else { throw Damage() }
        var node = TransformNode(
            uniqueID: id, kind: kind, name: try string(), package: try string(),
            path: try string())
        node.fqn = try strings()
        node.place = try place()
        node.config = try map()
        node.description = try string()
        node.columns = try list { reader throws(Damage) in
            var column = ColumnNote(name: try reader.string())
            column.description = try reader.string()
            column.dataType = try reader.text()
            column.constraints = try reader.list { reader throws(Damage) in try reader.map() }
            column.quotes = try reader.bool()
            return column
        }
        node.rawSQL = try string()
        node.references = try list { reader throws(Damage) in
            let package = try reader.text()
            let name = try reader.string()
            return NodeReference(package: package, name: name, version: try reader.text())
        }
        node.sources = try list { reader throws(Damage) in try reader.strings() }
        node.dependencies = try strings()
        node.relation = try list { reader throws(Damage) in try reader.relation() }.first
        node.generic = try list { reader throws(Damage) in try reader.generic() }.first
        node.unit = try list { reader throws(Damage) in try reader.unit() }.first
        node.sourceName = try text()
        node.patchPath = try text()
        node.extra = try map()
        node.version = try text()
        node.isLatestVersion = try bool()
        return node
    }

    private mutating func strings() throws(Damage) -> [String] {
        try list { reader throws(Damage) in try reader.string() }
    }

    private mutating func relation() throws(Damage) -> RelationName {
        let database = try string()
        let schema = try string()
        let identifier = try string()
        let defaultSchema = try string()
        guard let dialect = SQLDialect(rawValue: try string()) else { throw Damage() }
        return RelationName(
            database: database, schema: schema, identifier: identifier,
            defaultSchema: defaultSchema, dialect: dialect)
    }

    private mutating func generic() throws(Damage) -> GenericTest {
        let namespace = try text()
        let name = try string()
        let column = try text()
        let arguments = try map()
        return GenericTest(
            namespace: namespace, name: name, columnName: column, arguments: arguments,
            attachedTo: try string())
    }

    private mutating func unit() throws(Damage) -> UnitTest {
        let model = try string()
        let given = try list { reader throws(Damage) in try reader.map() }
        let expect = try map()
        return UnitTest(model: model, given: given, expect: expect, overrides: try map())
    }

    mutating func problem() throws(Damage) -> SourceProblem {
        let file = try string()
        let place = try place()
        let line = try string()
        let problem = try string()
        let remedy = try string()
        return SourceProblem(
            severity: try bool() ? .error : .warning, file: file, place: place, lineText: line,
            problem: problem, remedy: remedy)
    }
}
