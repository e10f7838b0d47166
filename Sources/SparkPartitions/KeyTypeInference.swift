/// Finds the type that Spark's CSV reader gives a column with `inferSchema`.
///
/// Types are tried from narrow to wide: whole numbers, decimals without a fraction, numbers, dates,
/// times, booleans, text; a column that mixes numbers with anything else is text.
public struct KeyTypeInference: Sendable {
    private var candidate: Int = 0
    private var longestWhole = 0
    private var hasValue = false

    public init() {}

    private static let order: [KeyType] = [
        .int, .long, .decimal(precision: 38, scale: 0), .double, .date, .timestamp, .boolean,
        .string,
    ]

    /// Takes the next value; empty ones are null and say nothing.
    public mutating func add(_ text: some StringProtocol) {
        guard !text.isEmpty else { return }
        defer { hasValue = true }
        while candidate < Self.order.count - 1 {
            if accepts(Self.order[candidate], text) { return }
            // Only a column that began as a number may become a wider one.
            let next = candidate + 1
            if hasValue, candidate <= 3, next > 3 {
                candidate = Self.order.count - 1
            } else {
                candidate = next
            }
            if hasValue, candidate == 6 { candidate = Self.order.count - 1 }
        }
    }

    private mutating func accepts(_ type: KeyType, _ text: some StringProtocol) -> Bool {
        if case .decimal = type {
            guard let decimal = DecimalText(text), decimal.scale <= 0, decimal.digits.count <= 38,
                !text.contains(where: { $0 == "." || $0 == "e" || $0 == "E" })
            else { return false }
            longestWhole = max(longestWhole, decimal.digits.count)
            return true
        }
        // A date of any other form is taken for a moment.
        if case .date = type, text.utf8.count != 10 || text.utf8.dropFirst(4).first != 45 {
            return false
        }
        return type.value(text) != nil
    }

    /// The type of all values so far; text where there was none.
    public var type: KeyType {
        guard hasValue else { return .string }
        if case .decimal = Self.order[candidate] {
            return .decimal(precision: max(19, longestWhole), scale: 0)
        }
        return Self.order[candidate]
    }
}
