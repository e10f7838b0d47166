import ArgumentParser
import JSONText
import Workbench

/// `keys` lists every key of the workbench.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List every key of the workbench.",
        discussion: """
            Examples:
              spillway keys
              spillway keys --json
            """)

    @Flag(help: "Print JSON.")
    var json = false

    func run() {
        guard json else { return Console.print(KeyReference.markdown) }
        let tables = KeyReference.tables.map { table in
            JSONValue.object([
                "context": .string(table.title),
                "keys": .array(
                    table.rows.map { row in
                        .object([
                            "keys": .array(row.keys.map { .string($0) }),
                            "action": .string(row.action), "title": .string(row.title),
                        ])
                    }),
            ])
        }
        Console.printJSON(.object(["contexts": .array(tables)]))
    }
}
