public import Domain

/// Why a run cannot have the parameters it was given.
public struct ParameterProblem: UserFacingError, Hashable {
    public var parameter: String
    public var problem: String
    public var remedy: String

    public init(parameter: String, problem: String, remedy: String) {
        self.parameter = parameter
        self.problem = problem
        self.remedy = remedy
    }
}

extension Pipeline {
    /// The values a run has: those given, checked by type and `enum`, and the defaults.
    ///
    /// - Returns: a value for every declared parameter that has one, as templates show it, and all
    ///   problems: unknown names first in the order of their names, then the others in file order.
    public func parameterValues(
        given: [String: String]
    ) -> (values: [String: String], problems: [ParameterProblem]) {
        var values: [String: String] = [:]
        var problems: [ParameterProblem] = []
        let names = params.map(\.name)
        for name in given.keys.sorted() where !names.contains(name) {
            problems.append(
                ParameterProblem(
                    parameter: name,
                    problem: "pipeline '\(self.name)' has no parameter '\(name.short)'",
                    remedy: nearestName(to: name, among: names).map { "Write '\($0)'." }
                        ?? (names.isEmpty
                            ? "It takes no parameters."
                            : "It takes: \(names.joined(separator: ", ")).")))
        }
        for parameter in params {
            switch parameter.value(given: given[parameter.name]) {
            case .success(let value): values[parameter.name] = value
            case .failure(let problem): problems.append(problem)
            }
        }
        return (values, problems)
    }
}

extension PipelineParameter {
    fileprivate func value(given: String?) -> Result<String, ParameterProblem> {
        guard let given else {
            if let defaultValue { return .success(defaultValue) }
            return .failure(
                ParameterProblem(
                    parameter: name, problem: "parameter '\(name)' has no value",
                    remedy: "It has no default: give one, for example --param \(name)=VALUE."))
        }
        guard let value = kind.normalised(given) else {
            return .failure(
                ParameterProblem(
                    parameter: name,
                    problem: "parameter '\(name)' must be of type \(kind.rawValue), "
                        + "but '\(given.short)' was given",
                    remedy: kind == .boolean ? "Write true or false." : "Write a number."))
        }
        if allowed.isEmpty || allowed.contains(value) { return .success(value) }
        return .failure(
            ParameterProblem(
                parameter: name, problem: "parameter '\(name)' cannot be '\(value.short)'",
                remedy: nearestName(to: value, among: allowed).map { "Write '\($0)'." }
                    ?? "It can be: \(allowed.joined(separator: ", "))."))
    }
}
