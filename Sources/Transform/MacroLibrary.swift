import Jinja

/// The macros of all packages, parsed; shared by every render.
struct MacroLibrary: Sendable {
    struct Package: Sendable {
        var name: String
        var templates: [JinjaTemplate]
    }
    var packages: [Package] = []
    /// `dispatch:` of the project: namespace → packages in order.
    var searchOrders: [String: [String]] = [:]
    var rootPackage = ""
    var dialect = SQLDialect.sqlite
}

/// The macros of a library as values of one renderer.
final class MacroTable {
    private let library: MacroLibrary
    private var byPackage: [String: [String: JinjaValue]] = [:]
    private(set) var faults: [JinjaError] = []
    let packageNames: Set<String>

    init(_ library: MacroLibrary, renderer: JinjaRenderer) {
        self.library = library
        packageNames = Set(library.packages.map(\.name))
        for package in library.packages {
            var table: [String: JinjaValue] = [:]
            for template in package.templates {
                do {
                    for (name, value) in try renderer.macros(of: template) { table[name] = value }
                } catch let error as JinjaError {
                    faults.append(error)
                } catch {
                    continue
                }
            }
            byPackage[package.name] = table
        }
    }

    func macro(_ name: String, in package: String) -> JinjaValue? { byPackage[package]?[name] }

    /// The macro that `name` means in a node of `package`: the package's own, the project's, the
    /// built-in one.
    func find(_ name: String, from package: String) -> JinjaValue? {
        byPackage[package]?[name] ?? byPackage[library.rootPackage]?[name]
            ?? byPackage["dbt"]?[name]
    }

    /// A macro of `package` or of the project that goes before one of another package.
    func replacement(
        of macro: JinjaObject, named name: String, from package: String
    ) -> JinjaValue? {
        guard let found = byPackage[package]?[name] ?? byPackage[library.rootPackage]?[name],
            case .object(let other) = found, other !== macro
        else { return nil }
        // A macro that a model's own file defines is in no package and stays.
        let isOfLibrary = byPackage.values.contains { table in
            if case .object(let known)? = table[name] { known === macro } else { false }
        }
        return isOfLibrary ? found : nil
    }

    /// Like ``find(_:from:)``, then in any package: macros of a package call each other so.
    func findAnywhere(_ name: String, from package: String) -> JinjaValue? {
        if let found = find(name, from: package) { return found }
        for other in library.packages {
            if let found = byPackage[other.name]?[name] { return found }
        }
        return nil
    }

    /// `adapter.dispatch(name, namespace)`: the first of `ENGINE__name` and `default__name`, in
    /// the project, then in the namespace's package, then among the built-in ones.
    func dispatch(_ name: String, namespace: String?, from package: String) -> JinjaValue? {
        var order =
            namespace.flatMap { library.searchOrders[$0] }
            ?? [library.rootPackage, namespace ?? package]
        order.append("dbt")
        for place in order {
            for prefix in ["\(library.dialect.rawValue)__", "default__"] {
                if let found = byPackage[place]?[prefix + name] { return found }
            }
        }
        return byPackage["dbt"]?[name]
    }

    func names(from package: String) -> [String] {
        ["dbt", library.rootPackage, package].flatMap { byPackage[$0].map { Array($0.keys) } ?? [] }
    }
}

/// `dbt_utils` in `dbt_utils.star(…)`.
final class PackageObject: JinjaObject {
    private let name: String
    private let table: MacroTable
    init(name: String, table: MacroTable) {
        self.name = name
        self.table = table
    }
    override var typeName: String { "package \(name)" }
    override func attribute(_ attribute: String) -> JinjaValue? {
        table.macro(attribute, in: name)
    }
}
