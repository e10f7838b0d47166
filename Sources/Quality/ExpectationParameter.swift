/// A parameter of an expectation: its name, and what values it takes.
public struct ExpectationParameter: Hashable, Sendable {
    public enum Form: String, Hashable, Sendable {
        case text = "a text"
        case number = "a number"
        case wholeNumber = "a whole number"
        case flag = "true or false"
        case scalar = "a number or a text"
        case list = "a list"
        case textList = "a list of texts"
        case pairList = "a list of pairs"
        case map = "a map"
        case condition = "a condition"
        case share = "a number from 0 to 1"
        /// Kept, not read: what sets parameters from earlier runs elsewhere.
        case windows = "a list of windows"
    }

    public var name: String
    public var form: Form
    public var isRequired: Bool

    init(_ name: String, _ form: Form, required: Bool = false) {
        self.name = name
        self.form = form
        isRequired = required
    }
}

extension ExpectationParameter.Form {
    /// A bound that is a number in quotes as the number, as Great Expectations reads it.
    func normalised(_ node: SourceNode) -> SourceNode {
        guard self == .scalar else { return node }
        if let flag = node.flag {
            return SourceNode(place: node.place, content: .integer(flag ? 1 : 0))
        }
        guard let text = node.text, let first = text.utf8.first,
            (48...57).contains(first) || [43, 45, 46].contains(first),
            let number = Double(text), number.isFinite
        else { return node }
        return SourceNode(
            place: node.place, content: Int64(text).map { .integer($0) } ?? .number(number))
    }

    /// Whether `node` is such a value.
    func accepts(_ node: SourceNode) -> Bool {
        switch self {
        case .text: node.text != nil
        case .number: node.number != nil
        case .wholeNumber:
            if case .integer = node.content { true } else { false }
        case .flag: node.flag != nil
        case .scalar: node.number != nil || node.text != nil || node.flag != nil
        case .list: node.items?.allSatisfy { $0.items == nil && $0.entries == nil } ?? false
        case .textList: node.items?.allSatisfy { $0.text != nil } ?? false
        case .pairList: node.items?.allSatisfy { $0.items?.count == 2 } ?? false
        case .map: node.entries != nil
        case .windows: node.items != nil
        case .condition: node.text != nil || node.entries != nil
        case .share: node.number.map { (0...1).contains($0) } ?? false
        }
    }
}
