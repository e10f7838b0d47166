/// The names that one level of a template binds; small, so a linear search beats hashing.
final class Scope {
    private var names: [String] = []
    private var values: [JinjaValue] = []
    private let parent: Scope?

    init(parent: Scope? = nil) { self.parent = parent }

    func lookUp(_ name: String) -> JinjaValue? {
        var scope: Scope? = self
        while let current = scope {
            for index in current.names.indices where current.names[index] == name {
                return current.values[index]
            }
            scope = current.parent
        }
        return nil
    }

    func set(_ name: String, _ value: JinjaValue) {
        for index in names.indices where names[index] == name {
            values[index] = value
            return
        }
        names.append(name)
        values.append(value)
    }

    /// What this level itself binds, in order.
    var bindings: [(String, JinjaValue)] { Array(zip(names, values)) }
}

/// Where a template finds the names that it does not bind itself.
public protocol JinjaContext: AnyObject {
    /// The value of a global name, or nil where there is none.
    func value(of name: String) -> JinjaValue?

    /// The macro that is meant in place of `macro`, which the file of the caller defines; nil
    /// leaves it. In dbt a project's macro goes before one of the same name in a package.
    func replacement(of macro: JinjaObject, named name: String) -> JinjaValue?

    /// Whether a use of something undefined is let through; its value is then undefined again.
    ///
    /// dbt's first pass does so: what is missing fails the node when it runs, not the project.
    func forgives(_ fault: JinjaFault, at position: JinjaPosition?) -> Bool
}

extension JinjaContext {
    public func replacement(of macro: JinjaObject, named name: String) -> JinjaValue? { nil }

    public func forgives(_ fault: JinjaFault, at position: JinjaPosition?) -> Bool { false }
}

/// A context that is a dictionary.
public final class JinjaGlobals: JinjaContext {
    public var values: [String: JinjaValue]
    public init(_ values: [String: JinjaValue] = [:]) { self.values = values }
    public func value(of name: String) -> JinjaValue? { values[name] }
}
