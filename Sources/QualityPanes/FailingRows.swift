public import JSONText

/// The first rows that failed an expectation.
public struct FailingRows: Sendable {
    /// So many are fetched at most.
    public static let most = 1_000

    /// The expectation's place in the suite.
    public var index: Int
    public var columns: [String]
    public var rows: [[JSONValue]]

    public init(index: Int, columns: [String], rows: [[JSONValue]]) {
        self.index = index
        self.columns = columns
        self.rows = rows
    }
}
