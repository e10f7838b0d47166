internal import Domain

/// Names with what follows them, and calls.
extension TemplateExpressionReader {
    /// A dotted name or a call of a macro.
    mutating func readPath(from start: Int) throws(Failure) -> TemplateExpression {
        let word = readWord()
        let first = word == "task_instance" ? "ti" : word
        switch first {
        case "params":
            return try readParam(of: first, example: "params.region")
        case "outputs":
            let task = try readMember(of: "outputs", example: "outputs.extract.rows")
            uses.append((start, .output(TaskID(task))))
            return .output(TaskID(task), path: try readSteps())
        case "item":
            uses.append((start, .item))
            return .item(path: try readSteps())
        case "ti" where startsCall("xcom_pull"): return try readPull(at: start)
        case "true", "True": return .constant(.boolean(true))
        case "false", "False": return .constant(.boolean(false))
        case "none", "None": return .constant(.null)
        case "dag_run" where startsMember("conf"):
            position += ".conf".unicodeScalars.count
            guard peek == "." || peek == "[" else { return .allParams }
            return try readParam(of: "dag_run.conf", example: "dag_run.conf.region")
        case "macros":
            let nameStart = position + 1
            let name = try readMember(of: "macros", example: "macros.ds_add(ds, -7)")
            return try readMacro(name, at: nameStart)
        case "dag", "pipeline", "task", "ti", "dag_run":
            let member = try readMember(of: first, example: TemplateNames.example(of: first))
            let path = first + "." + member
            guard let variable = TemplateVariable(rawValue: path) else {
                throw unknown("name", path, among: TemplateNames.all, at: start)
            }
            return .variable(variable)
        default:
            guard let variable = TemplateVariable(rawValue: first) else {
                throw unknown("name", first, among: TemplateNames.all, at: start)
            }
            return .variable(variable)
        }
    }

    private mutating func readParam(
        of owner: String, example: String
    ) throws(Failure) -> TemplateExpression {
        let nameStart = position + 1
        let name = try readMember(of: owner, example: example)
        if let params, !params.contains(name) {
            throw unknown("parameter", name, among: params.sorted(), at: nameStart)
        }
        return .param(name)
    }

    /// Whether `.name` comes next.
    private func startsMember(_ name: String) -> Bool {
        guard scalars[position...].starts(with: ("." + name).unicodeScalars) else { return false }
        let next = position + 1 + name.unicodeScalars.count
        return next >= scalars.count || !Self.continuesName(scalars[next])
    }

    /// `.name`, `['name']` and `[0]`, as many as there are.
    private mutating func readSteps() throws(Failure) -> [String] {
        var steps: [String] = []
        while peek == "." || peek == "[" {
            if peek == "[", position + 1 < scalars.count,
                ("0"..."9").contains(scalars[position + 1])
            {
                position += 1
                steps.append(String(try readNumber()))
                guard peek == "]" else {
                    throw Failure(
                        at: position, problem: "this index is not closed", remedy: "Write ']'.")
                }
                position += 1
            } else {
                steps.append(try readMember(of: "an output", example: "outputs.extract.rows"))
            }
        }
        return steps
    }

    /// Whether `.name(` comes next.
    private func startsCall(_ name: String) -> Bool {
        scalars[position...].starts(with: ("." + name + "(").unicodeScalars)
    }

    /// Airflow's `ti.xcom_pull('task')`, `ti.xcom_pull(task_ids='task', key='name')`.
    private mutating func readPull(at start: Int) throws(Failure) -> TemplateExpression {
        position += ".xcom_pull(".unicodeScalars.count
        var (task, key): (String?, String?)
        skipBlanks()
        while let next = peek, next != ")" {
            var name = "task_ids"
            if Self.startsName(next) {
                name = readWord()
                skipBlanks()
                guard peek == "=" else { break }
                position += 1
                skipBlanks()
            } else if task != nil {
                name = "key"
            }
            guard peek == "'" || peek == "\"" else { break }
            let text = try readString()
            if name == "task_ids" {
                task = text
            } else if name == "key" {
                key = text
            } else {
                break
            }
            skipBlanks()
            if peek == "," {
                position += 1
                skipBlanks()
            }
        }
        guard peek == ")", let task else {
            throw Failure(
                at: start, problem: "this 'ti.xcom_pull' is not understood",
                remedy: "Write ti.xcom_pull('TASK', key='NAME'), or outputs.TASK.NAME.")
        }
        position += 1
        uses.append((start, .output(TaskID(task))))
        return .output(TaskID(task), path: [key].compactMap { $0 })
    }
}
