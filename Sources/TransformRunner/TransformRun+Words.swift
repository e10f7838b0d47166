import Domain
import Jinja
import SQLLineage
import Transform

/// The words for what went wrong: what it is, where it is, and what to do.
extension TransformRun {
    /// An error in one line, for a result.
    public static func words(of error: any Error) -> String {
        switch error {
        case let error as SourceProblem:
            sentences(
                "\(error.file):\(error.place.line):\(error.place.column): \(error.problem)",
                error.remedy)
        case let error as any UserFacingError: sentences(error.problem, error.remedy)
        case let error as Incremental.Refusal: sentences(error.message, error.remedy)
        case let error as ContractMismatch: error.message
        case let error as JinjaFault: sentences(error.message, error.remedy)
        default: "\(error)"
        }
    }

    private static func sentences(_ problem: String, _ remedy: String) -> String {
        let isClosed = problem.last.map { ".!?:".contains($0) } ?? true
        return problem + (isClosed ? " " : ". ") + remedy
    }

    /// The same for what happened in a node: an error of the database gets its place in the node's
    /// file, and names of columns that nothing has get the nearest that is there.
    func words(of error: any Error, in node: TransformNode, sql: String?) -> String {
        guard let failure = error as? SQLFailure, let sql else { return Self.words(of: error) }
        let unknown = isAboutColumn(failure.message) ? unknownColumns(of: sql) : []
        if !unknown.isEmpty {
            let shown = unknown.prefix(8).map { column in
                let name = column.name.split(separator: ".").last.map(String.init) ?? column.name
                let place = Self.place(of: name, in: node.rawSQL).map {
                    "\(node.path):\($0.line):\($0.column): "
                }
                let near = nearestName(to: name, among: column.known)
                return (place ?? "") + "no such column: \(column.name)."
                    + (near.map { " Write '\($0)' instead." } ?? "")
            }
            let rest = unknown.count - shown.count
            return shown.joined(separator: " ") + (rest > 0 ? " And \(rest) more." : "")
        }
        return "\(failure.problem)\(lineText(failure, sql, node)). Correct \(node.path); "
            + "'spillway transform compile --select \(node.name)' prints its SQL."
    }

    private func isAboutColumn(_ message: String) -> Bool {
        message.lowercased().contains("column")
    }

    /// All columns of `sql` that none of its tables has.
    private func unknownColumns(of sql: String) -> [UnknownColumn] {
        var relations: [String: RelationName] = [:]
        for node in project.nodes where node.kind != .test && node.kind != .unitTest {
            if let relation = node.relation {
                relations[relation.tableName.lowercased()] = relation
            }
        }
        let lineage = LineageResolver.lineage(of: sql) { [database] table in
            guard let relation = relations[table.lowercased()],
                let columns = try? database.columns(of: relation), !columns.isEmpty
            else { return nil }
            return columns.map(\.name)
        }
        var seen: Set<String> = []
        return (lineage?.unknown ?? []).filter { seen.insert($0.name.lowercased()).inserted }
    }

    /// `, in line 3 of its SQL: from from x`, where the database names the place.
    private func lineText(_ failure: SQLFailure, _ sql: String, _ node: TransformNode) -> String {
        guard let offset = failure.offset else { return "" }
        let statement = Array(failure.statement.utf8)
        guard offset < statement.count else { return "" }
        let start = statement[..<offset].lastIndex(of: 10).map { $0 + 1 } ?? 0
        let end = statement[offset...].firstIndex(of: 10) ?? statement.count
        let line = SQLScanner.trimmed(String(decoding: statement[start..<end], as: UTF8.self))
        // What stands around the node's own SQL is ours: only its lines mean something to a reader.
        guard !line.isEmpty, sql.contains(line) else { return "" }
        let raw = node.rawSQL.split(separator: "\n", omittingEmptySubsequences: false)
        let places = raw.indices.filter { SQLScanner.trimmed(String(raw[$0])) == line }
        let shown = line.count > 80 ? line.prefix(80) + "…" : line[...]
        return places.count == 1
            ? ", at \(node.path):\(places[0] + 1): \(shown)" : ", in the line: \(shown)"
    }

    /// The first place where `word` stands by itself, from 1.
    static func place(of word: String, in text: String) -> SourcePlace? {
        let bytes = Array(text.utf8)
        let wanted = Array(word.utf8)
        guard !wanted.isEmpty, bytes.count >= wanted.count else { return nil }
        func isWord(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == 95 || byte >= 128
        }
        var line = 1
        var lineStart = 0
        for index in 0...(bytes.count - wanted.count) {
            if bytes[index..<index + wanted.count].elementsEqual(wanted),
                index == 0 || !isWord(bytes[index - 1]),
                index + wanted.count == bytes.count || !isWord(bytes[index + wanted.count])
            {
                let column = String(decoding: bytes[lineStart..<index], as: UTF8.self).count + 1
                return SourcePlace(line: line, column: column)
            }
            if bytes[index] == 10 {
                line += 1
                lineStart = index + 1
            }
        }
        return nil
    }
}
