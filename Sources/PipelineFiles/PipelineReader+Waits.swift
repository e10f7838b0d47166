internal import Domain
internal import YAMLReading

/// Tasks that wait, run other pipelines, or decide what goes on.
extension PipelineReader {
    mutating func readShortCircuit(
        _ entry: DocumentReader.Entry, _ entries: inout ActionEntries
    ) -> TaskAction? {
        let name = "ignore_downstream_trigger_rules"
        var leavesOutAll = true
        if let option = entries.take(name) {
            leavesOutAll = document.boolean(option.value, name) ?? true
        }
        return command(entry.value, "short_circuit", "a command").map {
            .shortCircuit($0, leavesOutAll: leavesOutAll)
        }
    }

    mutating func readChild(
        _ entry: DocumentReader.Entry, _ entries: inout ActionEntries
    ) -> TaskAction? {
        var params: [EnvironmentEntry] = []
        if let given = entries.take("params") {
            for param in document.entries(of: given.value, "params") ?? [] {
                if let value = document.template(
                    param.value, param.name.short, params: paramNames)
                {
                    params.append(EnvironmentEntry(name: param.name, value: value))
                }
            }
        }
        guard let name = command(entry.value, "pipeline", "the name of a pipeline") else {
            return nil
        }
        if name == pipeline.name.name {
            document.error(
                at: entry.value, "this pipeline would run itself without end",
                "Name another pipeline.")
        } else {
            refer(
                to: .pipeline(PipelineName(name), params: params.map(\.name)), at: entry.value)
        }
        return .pipeline(ChildPipelineTask(pipeline: name, params: params))
    }

    private static var conditions: [String] { ["file", "sql", "http", "command", "pipeline"] }

    mutating func readWait(
        _ wait: DocumentReader.Entry, _ entries: inout ActionEntries
    ) -> TaskAction? {
        var poke: Span?
        if let entry = entries.take("poke_interval") {
            poke = document.duration(entry.value, "poke_interval")
            if let span = poke, span < .milliseconds(100) {
                document.error(
                    at: entry.value, "a 'poke_interval' below 100ms would do nothing but look",
                    "Write 1s or more.")
            }
        }
        var isSoft = false
        if let entry = entries.take("soft_fail") {
            isSoft = document.boolean(entry.value, "soft_fail") ?? false
        }
        let connection = entries.take("connection")
        var found: [DocumentReader.Entry] = []
        var inner: DocumentReader.Entry?
        for entry in document.entries(of: wait.value, "wait") ?? [] {
            if Self.conditions.contains(entry.name) {
                found.append(entry)
            } else if entry.name == "connection" {
                inner = entry
            } else {
                document.unknownKey(entry, in: "'wait'", among: Self.conditions + ["connection"])
            }
        }
        guard let first = found.first else {
            if document.tree.nodes[document.tree.resolved(wait.value)].kind == .mapping {
                document.error(
                    at: wait.key, "'wait' does not say what for",
                    "Write for example wait: { file: \"in/{{ ds }}.csv\" }.")
            }
            return nil
        }
        if found.count > 1 {
            document.error(
                at: found[1].key, "'wait' names both '\(first.name)' and '\(found[1].name)'",
                "Make two tasks of it.")
        }
        guard
            let condition = condition(first, of: wait, connection: inner ?? connection)
        else { return nil }
        return .wait(
            SensorTask(
                condition: condition, pokeInterval: poke ?? SensorTask.standardPokeInterval,
                isSoft: isSoft))
    }

    private mutating func condition(
        _ entry: DocumentReader.Entry, of wait: DocumentReader.Entry,
        connection: DocumentReader.Entry?
    ) -> WaitCondition? {
        if entry.name != "sql", let connection {
            document.error(
                at: connection.key, "'connection' means nothing for a wait for '\(entry.name)'",
                "Remove it; it goes with 'sql'.")
        }
        guard let text = command(entry.value, entry.name, "a text") else { return nil }
        switch entry.name {
        case "file": return .file(text)
        case "command": return .command(text)
        case "pipeline":
            refer(to: .pipeline(PipelineName(text), params: nil), at: entry.value)
            return .pipeline(text)
        case "http":
            if !text.hasPrefix("http://"), !text.hasPrefix("https://"), !text.hasPrefix("{{") {
                document.error(
                    at: entry.value, "'\(text.short)' is no URL to wait for",
                    "Begin it with http:// or https://.")
            }
            return .http(text)
        default:
            guard let connection else {
                document.error(
                    at: entry.key, "a wait for 'sql' needs a 'connection'",
                    "Add connection: NAME, with the name under 'connections'.")
                return nil
            }
            guard let name = knownConnection(connection.value) else { return nil }
            return .sql(script(text, at: entry.value), on: name)
        }
    }
}
