import Foundation
import Glibc
import Testing

@Suite("Secrets, from one task to the next")
struct SecretTests {
    /// Files under the state folder that hold `text`, but for the one where secrets are kept.
    private func files(of project: Project, holding text: String) -> [String] {
        let state = project.path + "/.spillway"
        let names = FileManager.default.enumerator(atPath: state)?.allObjects as? [String] ?? []
        return names.filter { name in
            let bytes = FileManager.default.contents(atPath: state + "/" + name)
            return name != "secrets" && bytes?.range(of: Data(text.utf8)) != nil
        }
    }

    private func project() throws -> Project {
        let project = try Project([
            "flow": """
            connections: { db: "sqlite:w.db" }
            on_success: { run: "echo ended with {{ outputs.give.key }}" }
            tasks:
              give: { run: "echo key=$KEY > $SPILLWAY_OUTPUT; printf '%s\\\\n' \\"$KEY\\" b", secrets: [KEY] }
              list: { run: "printf '%s\\\\n' \\"$KEY\\" plain > $SPILLWAY_OUTPUT", secrets: [KEY] }
              take: { run: "printf '{{ outputs.give.key }}' > taken; cat taken", needs: give }
              stray: { run: "cat taken; env | grep -c HIDDEN; echo $KEY.", needs: take }
              each: { run: "printf '{{ item }}' >> each; echo {{ item }}", map: { from: list } }
              load: { sql: "create table t as select '{{ outputs.give.key }}' as a", connection: db, needs: give }
              wait: { wait: { sql: "select a from t where a = '{{ outputs.give.key }}'", connection: db }, needs: load }
              none: { run: "true", needs: give }

            """
        ])
        try project.write(".spillway/secrets", "KEY=drowssap\n")
        chmod(project.path + "/.spillway/secrets", 0o600)
        return project
    }

    @Test("a secret reaches who it is handed to, and lies and is shown nowhere else")
    func handedOn() throws {
        let project = try project()
        let outcome = try project.spillway("run", "flow", "--json")
        #expect(outcome.code == 0, "\(outcome.output) \(outcome.errors)")
        #expect(project.read("taken") == "drowssap")
        #expect(Set(["drowssapplain", "plaindrowssap"]).contains(project.read("each")))
        #expect(files(of: project, holding: "drowssap") == [])

        let tasks = try outcome.json()["tasks"].list
        let each = tasks.first { $0["id"].text == "each" }
        #expect(each?["instances"].list.map(\.["item"].text) == ["***", "plain"])
        let run = try outcome.json()["run_id"].text ?? ""
        let logs = project.path + "/.spillway/logs/flow/" + run
        func log(_ name: String) throws -> String {
            try String(contentsOfFile: logs + "/" + name + ".log", encoding: .utf8)
        }
        #expect(try log("give.1") == "***\nb\n")
        #expect(try log("take.1") == "***")
        #expect(try log("stray.1") == "***0\n.\n", "not in the environment of one that has it not")
        #expect(try log("load.1").contains("select '***' as a"))
        #expect(try log("hooks") == "ended with ***\n")
        for words in [["events", run], ["tasks", run, "--json"], ["profile", run, "--json"]] {
            let shown = try project.spillway(words)
            #expect(shown.code == 0 && !shown.output.contains("drowssap"), "\(words)")
        }
    }

    @Test("a secret that is there no more, and one in a parameter of another pipeline, are told")
    func refused() throws {
        let project = try project()
        try project.write(
            "pipelines/other.yml", "params: { k: x }\ntasks: { t: { run: \"true\" } }\n")
        try project.write(
            "pipelines/calls.yml",
            """
            tasks:
              give: { run: "echo key=a$KEY > $SPILLWAY_OUTPUT", secrets: [KEY] }
              call: { pipeline: other, params: { k: "{{ outputs.give.key }}" }, needs: give }
              gone: { run: "mv .spillway/secrets .", needs: call, trigger_rule: all_done }
              late: { run: "echo {{ outputs.give.key }}", needs: gone }

            """)
        let outcome = try project.spillway("run", "calls", "--json")
        #expect(outcome.code == 1)
        let notes = try outcome.json()["tasks"].list.map { $0["note"].text ?? "" }
        #expect(notes[1].contains("The parameter 'k' for pipeline 'other' holds a secret"))
        #expect(notes[3].contains("The secret 'KEY' is neither in the environment nor in"))
        #expect(files(of: project, holding: "drowssap") == [])
    }
}
