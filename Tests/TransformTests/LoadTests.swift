import Domain
import Foundation
import Testing
import Transform

@Suite("A project is read with dbt's ids, names and configurations")
struct LoadTests {
    @Test("harbor has dbt's nodes")
    func harbor() throws {
        let root = "/work/shared/dbt/harbor"
        let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        let project = TransformProject.load(
            ProjectFiles(paths: all) { path in
                FileManager.default.contents(atPath: root + "/" + path).map { Array($0) }
            })
        for p in project.problems { print(p) }
        for n in project.nodes {
            print(
                n.uniqueID, n.relation?.sql ?? "-", n.config["materialized"]?.text ?? "", n.tags,
                n.dependencies, n.fqn)
        }
    }
}
