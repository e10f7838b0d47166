import Foundation
import Glibc
import Testing

@Suite("Who may read what a workspace keeps")
struct StateModeTests {
    private static let rich = """
        connections: { db: "sqlite:w.db" }
        on_failure: [{ toast: "it failed" }, { run: "echo told" }]
        tasks:
          list: { run: 'echo "files=[1, 2]" > "$SPILLWAY_OUTPUT"' }
          each: { run: "test {{ item }} = 1", map: { from: list.files }, on_failure: { run: "echo" } }
          bad: { run: 'echo "a=b" > "$SPILLWAY_OUTPUT"; exit 3' }
          load: { sql: "CREATE TABLE t (a)", connection: db }
          made: { run: "date > made", inputs: [pipelines/rich.yml], outputs: [made] }
          wait: { wait: { command: "true" } }

        """

    @Test("whatever lies in the state folder after rich work is its owner's alone")
    func modes() throws {
        let project = try Project(["rich": Self.rich])
        #expect(try project.spillway("run", "rich").code == 1)
        let server = try project.start("serve")
        try server.until("serving") { $0.output.contains("serving") }
        #expect(try project.spillway("trigger", "rich").code == 0)
        #expect(try project.spillway("clear", "latest", "--failed", "--run").code == 1)
        server.signal(SIGTERM)
        #expect(server.end() == .exited(0))
        #expect(try project.spillway("doctor").code == 0)

        let state = project.path + "/.spillway"
        let names = try FileManager.default.subpathsOfDirectory(atPath: state)
        for needed in ["state.db", "notices", "boot", "list.1.out", "bad.1.out", "hooks.log"] {
            #expect(names.contains { $0.hasSuffix(needed) }, "\(needed) in \(names)")
        }
        for name in [""] + names {
            var status = stat()
            guard lstat(state + "/" + name, &status) == 0 else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            #expect(status.st_mode & 0o777 == (isFolder ? 0o700 : 0o600), "\(name)")
        }
    }
}
