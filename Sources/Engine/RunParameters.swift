import Domain

/// The values that a run of `pipeline` has for its parameters: those given, else the defaults.
///
/// - Throws: ``EngineError`` for a name that is not declared, a value that is missing, not of its
///   kind or not allowed.
func runParameters(
    of pipeline: Pipeline, given: [String: String]
) throws(EngineError) -> [String: String] {
    let declared = pipeline.params.map(\.name)
    for name in given.keys.sorted() where !declared.contains(name) {
        throw .unknownParameter(
            name, of: pipeline.name, nearest: nearestName(to: name, among: declared))
    }
    var values: [String: String] = [:]
    for parameter in pipeline.params {
        guard let value = given[parameter.name] ?? parameter.defaultValue else {
            throw .missingParameter(parameter.name, of: pipeline.name)
        }
        let fits =
            switch parameter.kind {
            case .string: true
            case .integer: Int64(value) != nil
            case .number: Double(value)?.isFinite ?? false
            case .boolean: value == "true" || value == "false"
            }
        guard fits else {
            throw .parameterMalformed(parameter.name, value: value, kind: parameter.kind)
        }
        guard parameter.allowed.isEmpty || parameter.allowed.contains(value) else {
            throw .parameterNotAllowed(
                parameter.name, value: value, allowed: parameter.allowed)
        }
        values[parameter.name] = value
    }
    return values
}
