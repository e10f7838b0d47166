import Domain
public import Transform

/// Which nodes of a running command are done, in the database that they change.
///
/// A file beside the database could not be exact: a process killed between a node's commit and
/// the line about it would have the node run twice, and an incremental model its rows twice. So
/// the marks are rows of a table in the same file, changed in each node's own transaction. The
/// table is there only while a command runs, and after a crash until the next one ends.
public struct RunJournal {
    static let table = RelationName.unfinishedRun
    private let name: RelationName
    private static let fullRefresh = " --full-refresh"
    private let database: any RunDatabase
    private var isOpen = false

    init(database: any RunDatabase, _ project: TransformProject) {
        self.database = database
        name = Self.name(project)
    }

    /// The table, in the schema of the target.
    private static func name(_ project: TransformProject) -> RelationName {
        project.relation(named: table)
    }

    /// Notes what is about to run; forgets what an earlier command left.
    mutating func begin(_ settings: RunSettings, ids: [String]) {
        let title =
            settings.command.rawValue + (settings.isFullRefresh ? Self.fullRefresh : "") + "\n"
            + (settings.vars ?? "")
        do {
            try database.transaction {
                let key = database.dialect == .sqlite ? " primary key" : ""
                let form = database.dialect == .sqlite ? " without rowid" : ""
                try database.run(
                    "drop table if exists \(name.sql);"
                        + "create table \(name.sql) (unique_id text\(key), status text)\(form)")
                let rows =
                    [[SQLValue.text(""), .text(title)]]
                    + ids.map { [.text($0), .null] }
                try database.insert(rows, into: name.sql, width: 2)
            }
            isOpen = true
        } catch {
            // A database that takes no writes, such as one that is only tested, needs no marks.
            isOpen = false
        }
    }

    func note(_ id: String, _ status: NodeStatus) {
        guard isOpen else { return }
        try? database.run(
            "update \(name.sql) set status = \(SQLText.literal(status.rawValue)) "
                + "where unique_id = \(SQLText.literal(id))")
    }

    mutating func end() {
        guard isOpen else { return }
        isOpen = false
        try? database.run("drop table if exists \(name.sql)")
    }

    /// What a killed command left.
    public struct Rest: Sendable {
        public var command: RunCommand
        public var isFullRefresh: Bool
        /// `--vars` as it was written.
        public var vars: String?
        /// The status of each node; `pending` where it never ended.
        public var statuses: [String: String]
    }

    /// What the last command left; nil where it came to its end.
    public static func left(
        by project: TransformProject, in database: any RunDatabase
    ) throws -> Rest? {
        let name = name(project)
        guard try database.kind(of: name) != nil else { return nil }
        var statuses: [String: String] = [:]
        var command: RunCommand?
        var isFullRefresh = false
        var vars: String?
        for row in try database.query("select unique_id, status from \(name.sql)").rows {
            guard case .text(let id)? = row.first else { continue }
            var status: String?
            if case .text(let text)? = row.last { status = text }
            if id.isEmpty {
                let parts = (status ?? "").split(
                    separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                isFullRefresh = parts.first?.hasSuffix(fullRefresh) ?? false
                let name = parts.first?.split(separator: " ").first.map(String.init)
                vars = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
                command = name.flatMap(RunCommand.init(rawValue:))
            } else {
                statuses[id] = status ?? "pending"
            }
        }
        return command.map {
            Rest(command: $0, isFullRefresh: isFullRefresh, vars: vars, statuses: statuses)
        }
    }
}
