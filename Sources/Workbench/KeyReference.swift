public import PaneKit
import Screen

/// Every key and command of the workbench as tables, for the manual; made from the bindings.
public enum KeyReference {
    /// One binding.
    public struct Row: Hashable, Sendable {
        public var keys: [String]
        public var title: String
        /// The action's name in the `:` line.
        public var action: String
    }

    /// The keys of one context.
    public struct Table: Hashable, Sendable {
        public var title: String
        /// The context's name in key files.
        public var name: String
        public var rows: [Row]
    }

    /// The tables in the order of the panes, what works everywhere last.
    public static func tables(of keys: KeyTables) -> [Table] {
        Workbench.faces.map { face in
            Table(title: face.title, name: face.name.name, rows: rows(keys.table(of: face.name)))
        } + [Table(title: "Everywhere", name: KeyTables.shellName, rows: rows(keys.shell))]
    }

    /// The tables in Markdown.
    public static func markdown(of keys: KeyTables) -> String {
        var text = ""
        for table in tables(of: keys) {
            text += "### \(table.title)\n\n| Keys | Does | Name |\n|---|---|---|\n"
            for row in table.rows {
                let keys = row.keys.map { "`\($0)`" }.joined(separator: " ")
                text += "| \(keys) | \(row.title) | `\(row.action)` |\n"
            }
            text += "\n"
        }
        text += "### Words of the `:` line\n\n| Word | Does |\n|---|---|\n"
        for word in CommandLine.words {
            text += "| `\(word.name) \(word.arguments)` | \(word.title) |\n"
        }
        return text
    }

    private static func rows(_ table: KeyTable) -> [Row] {
        table.rows.map { row in
            Row(keys: row.sequences.map(\.label), title: row.title, action: row.action)
        }
    }
}
