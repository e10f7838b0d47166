public import Domain

/// Why a template cannot be read or rendered; `place` counts inside the template.
public struct TemplateError: UserFacingError, Hashable {
    public var place: SourcePlace
    public var problem: String
    public var remedy: String

    public init(place: SourcePlace, problem: String, remedy: String) {
        self.place = place
        self.problem = problem
        self.remedy = remedy
    }
}
