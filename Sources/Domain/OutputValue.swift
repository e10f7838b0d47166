/// A value that a task hands on to others: JSON, read once.
public enum OutputValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// As it was written.
    case number(String)
    case text(String)
    case list([OutputValue])
    /// In the order written; the last of a name counts.
    case object([Member])

    public struct Member: Hashable, Sendable {
        public var name: String
        public var value: OutputValue

        public init(_ name: String, _ value: OutputValue) {
            self.name = name
            self.value = value
        }
    }

    /// As a command or a statement shows it: texts bare, `true`, numbers as written, nothing for
    /// null, lists and objects as JSON.
    public var plainText: String {
        switch self {
        case .null: ""
        case .boolean(let value): value ? "true" : "false"
        case .number(let text), .text(let text): text
        case .list, .object: json
        }
    }

    /// As JSON on one line.
    public var json: String {
        var output = ""
        writeJSON(to: &output)
        return output
    }

    /// The member of that name; of a list the item of that index. Nil where there is none.
    public subscript(name: String) -> OutputValue? {
        switch self {
        case .object(let members): members.last { $0.name == name }?.value
        case .list(let items): Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
        default: nil
        }
    }

    private func writeJSON(to output: inout String) {
        switch self {
        case .null: output += "null"
        case .boolean(let value): output += value ? "true" : "false"
        case .number(let text): output += text
        case .text(let text): Self.write(text, to: &output)
        case .list(let items):
            output += "["
            for (index, item) in items.enumerated() {
                if index > 0 { output += "," }
                item.writeJSON(to: &output)
            }
            output += "]"
        case .object(let members):
            output += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { output += "," }
                Self.write(member.name, to: &output)
                output += ":"
                member.value.writeJSON(to: &output)
            }
            output += "}"
        }
    }

    private static func write(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\t": output += "\\t"
            case "\r": output += "\\r"
            case "\u{0}"..<"\u{20}":
                let hex = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}

/// A value with the name that a task gave it.
public struct TaskOutput: Hashable, Sendable {
    public var key: String
    public var value: OutputValue

    public init(key: String, value: OutputValue) {
        self.key = key
        self.value = value
    }

    /// The key of what a task wrote without one (Airflow's word).
    public static let bareKey = "return_value"
}
