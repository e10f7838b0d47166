import JSONText

/// What an evaluation found, before severity and percentages.
struct Outcome {
    static let shownSample = 20
    /// How many failing rows are fetched.
    static let fetchedSample = 200

    var success = false
    var elementCount: Int?
    var missingCount: Int?
    var unexpectedCount: Int?
    var sample: [JSONValue]?
    var sampleCounts: [ValueCount]?
    var missingList: [JSONValue]?
    var observedValue: JSONValue?
    var details: JSONValue?
    var failingRows: String?

    /// The values by how often they occur: the 20 most frequent, those sorted by count down, then
    /// by value.
    static func counts(of sample: [JSONValue]) -> [ValueCount] {
        var counts: [JSONValue: Int] = [:]
        var order: [JSONValue] = []
        for value in sample {
            let key = value.withoutKeys
            if counts.updateValue((counts[key] ?? 0) + 1, forKey: key) == nil { order.append(key) }
        }
        var list = order.enumerated().map {
            ($0.offset, ValueCount(value: $0.element, count: counts[$0.element] ?? 0))
        }
        list.sort { $0.1.count != $1.1.count ? $0.1.count > $1.1.count : $0.0 < $1.0 }
        return list.prefix(shownSample).map(\.1).sorted {
            $0.count != $1.count ? $0.count > $1.count : $0.value.precedes($1.value)
        }
    }
}

extension JSONValue {
    /// A record as the list of its values.
    var withoutKeys: JSONValue {
        if case .object(let members) = self { .array(members.map(\.value)) } else { self }
    }

    private var rank: Int {
        switch self {
        case .null: 0
        case .bool: 1
        case .integer, .number: 2
        case .string: 3
        case .array: 4
        case .object: 5
        }
    }

    /// An order over all values: null, numbers, texts by their code points, lists by their parts.
    func precedes(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): return left < right
        case (.string(let left), .string(let right)):
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars)
        case (.array(let left), .array(let right)):
            for (one, two) in zip(left, right) where one != two { return one.precedes(two) }
            return left.count < right.count
        default:
            if let left = double, let right = other.double { return left < right }
            return rank < other.rank
        }
    }
}
