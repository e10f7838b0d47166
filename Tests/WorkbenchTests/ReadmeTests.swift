import Foundation
import Testing
import Workbench

@Suite("The manual")
struct ReadmeTests {
    @Test("README's key tables are those of the bindings")
    func keys() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        #expect(
            readme.contains(KeyReference.markdown(of: Workbench.standardKeys)),
            "put the output of `spillway keys` into README.md")
    }

    @Test("CI runs README's test command word for word")
    func testCommand() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let script = try String(contentsOf: root.appending(path: ".ci/run"), encoding: .utf8)
        let command = readme.split(separator: "\n").first {
            $0.hasPrefix("S=") && $0.contains(" swift test")
        }
        #expect(command.map { script.contains("\n\($0)\n") } == true)
    }
}
