public import Domain

/// What keeps a node from being built, other than the database's own words: what is wrong and what
/// to do about it.
public struct NodeTrouble: UserFacingError, Hashable {
    public var problem: String
    public var remedy: String

    public init(_ problem: String, _ remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }
}
