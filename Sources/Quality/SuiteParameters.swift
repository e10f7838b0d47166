import Domain
public import JSONText

/// The values of a suite's parameters: Great Expectations writes `{"$PARAMETER": "name"}` where
/// one of them is to stand.
public struct SuiteParameters: Sendable {
    private var values: [String: SourceNode] = [:]

    public init() {}

    /// - Parameter given: values by name, such as those of a command line.
    public init(_ given: [String: JSONValue]) {
        let place = SourcePlace(line: 1, column: 1)
        values = given.mapValues { SourceNode($0, place: place) }
    }

    /// These, and beneath them what the suite itself names.
    func over(_ suite: SourceNode) -> SuiteParameters {
        var result = self
        for key in ["suite_parameters", "evaluation_parameters"] {
            for entry in suite[key]?.entries ?? [] where result.values[entry.key] == nil {
                result.values[entry.key] = entry.value
            }
        }
        return result
    }

    /// `node` with the values in the places of the parameters.
    ///
    /// - Throws: for the first parameter that has no value.
    func filled(_ node: SourceNode) throws(MissingParameter) -> SourceNode {
        switch node.content {
        case .list(let items):
            var filled: [SourceNode] = []
            for item in items { filled.append(try self.filled(item)) }
            return SourceNode(place: node.place, content: .list(filled))
        case .map(let entries):
            if entries.count == 1, entries[0].key == "$PARAMETER",
                let name = entries[0].value.text
            {
                guard let value = values[name] else {
                    throw MissingParameter(name: name, place: entries[0].value.place)
                }
                return SourceNode(place: node.place, content: value.content)
            }
            var filled: [SourceNode.Entry] = []
            for var entry in entries {
                entry.value = try self.filled(entry.value)
                filled.append(entry)
            }
            return SourceNode(place: node.place, content: .map(filled))
        default: return node
        }
    }
}

struct MissingParameter: Error {
    var name: String
    var place: SourcePlace
}

extension SourceNode {
    /// A value that stands in no file, at a given place of one.
    init(_ json: JSONValue, place: SourcePlace) {
        let content: Content =
            switch json {
            case .null: .null
            case .bool(let flag): .bool(flag)
            case .integer(let value): .integer(value)
            case .number(let value): .number(value)
            case .string(let text): .text(text)
            case .array(let items): .list(items.map { SourceNode($0, place: place) })
            case .object(let members):
                .map(
                    members.map {
                        Entry(
                            key: $0.key, place: place, value: SourceNode($0.value, place: place))
                    })
            }
        self.init(place: place, content: content)
    }
}
