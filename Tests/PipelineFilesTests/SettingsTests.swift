import Domain
import PipelineFiles
import Testing

@Suite("Workspace settings")
struct SettingsTests {
    private func read(_ text: String) -> (settings: WorkspaceSettings, problems: [SourceProblem]) {
        WorkspaceSettings.read(bytes: Array(text.utf8), file: "spillway.yml")
    }

    @Test("every key is read")
    func good() {
        let (settings, problems) = read(
            """
            connections: { warehouse: "sqlite:w.db" }
            pools: { api: 2, default_pool: 64 }
            defaults: { retries: 1, env: { A: b } }
            parallelism: 8
            theme: harbour
            keys: vim
            x-mine: [1]

            """)
        #expect(lines(problems) == "")
        #expect(
            settings
                == WorkspaceSettings(
                    connections: [ConnectionDefinition(name: "warehouse", url: "sqlite:w.db")],
                    pools: ["api": 2, "default_pool": 64],
                    defaults: TaskDefaults(
                        retries: 1, environment: [EnvironmentEntry(name: "A", value: "b")]),
                    parallelism: 8, theme: "harbour", keys: "vim"))
    }

    @Test("an empty file says nothing, and that is fine")
    func empty() {
        #expect(read("").settings == WorkspaceSettings())
        #expect(read("# nothing yet\n").problems == [])
    }

    @Test("mistakes are told, and the rest is kept")
    func bad() {
        let (settings, problems) = read(
            """
            pols: { api: 2 }
            pools: { api: 0, db: 3 }
            parallelism: none
            on_hangup: stop
            defaults: { run: x }

            """)
        #expect(
            lines(problems) == """
                1:1 error: unknown key 'pols' in spillway.yml | Write 'pools'.
                2:15 error: 'api' must be a whole number from 1 to 1000000, but '0' stands here \
                | Write a whole number from 1 to 1000000.
                3:14 error: 'parallelism' must be a whole number from 1 to 100000, but 'none' \
                stands here | Write a whole number from 1 to 100000.
                4:12 error: on_hangup cannot be 'stop' | Write 'continue' to let active runs go on, \
                or 'cancel' to end them.
                5:13 error: unknown key 'run' in defaults | It belongs to a task: write it there.
                """)
        #expect(settings == WorkspaceSettings(pools: ["db": 3]))
    }
}
