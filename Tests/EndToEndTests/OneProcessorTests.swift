import Foundation
import Testing

/// A machine of one processor, as far as a program can tell: there the tasks of the program share
/// one thread.
enum OneProcessor {
    /// Needs the right to mount, which a container's root mostly has.
    private static let script = """
        mount --make-rprivate / && printf '0\\n' > "$0" \
        && mount --bind "$0" /sys/devices/system/cpu/online && exec taskset -c 0 "$@"
        """

    /// `words` as a command that runs there.
    static func command(_ words: [String], _ project: Project) -> [String] {
        ["unshare", "-m", "sh", "-c", script, project.path + "/online"] + words
    }

    static let canBeMade: Bool = {
        guard let project = try? Project(),
            let child = try? Child(
                command(["getconf", "_NPROCESSORS_ONLN"], project),
                environment: Project.environment, folder: project.path,
                catching: project.newName("processors"))
        else { return false }
        return child.end(within: 20) == .exited(0) && child.output == "1\n"
    }()
}

extension Trait where Self == ConditionTrait {
    static var onOneProcessor: Self {
        .enabled("only root can take processors from a program's sight") { OneProcessor.canBeMade }
    }
}

@Suite("On one processor", .onOneProcessor)
struct OneProcessorTests {
    @Test("the workbench reads pipelines, runs one and shows it", .inTmux)
    func workbench() throws {
        let project = try Project(["quick": Pipelines.quick])
        let tmux = try Tmux(
            project, command: OneProcessor.command([Project.program], project))
        try tmux.until(shows: "0 Runs", "quick")
        try tmux.press("T")
        try tmux.until(shows: "✓ load")
        try tmux.press("q")
        #expect(try tmux.exitCode() == 0)
    }

    @Test("lines of text are answered while input is waited for")
    func linear() throws {
        let project = try Project(["quick": Pipelines.quick])
        try project.write("input", "trigger quick\nwatch\ntasks\nquit\n")
        let words = ["/bin/sh", "-c", "exec \"$0\" open --linear < input", Project.program]
        let child = try Child(
            OneProcessor.command(words, project),
            environment: Project.environment.merging(["TERM": "dumb"]) { $1 },
            folder: project.path, catching: project.newName("linear"))
        #expect(child.end(within: 60) == .exited(0))
        #expect(child.output.contains("3. load: success"))
    }

    @Test(
        "commands end", arguments: [["run", "quick"], ["runs"], ["validate"], ["graph", "quick"]])
    func commands(_ words: [String]) throws {
        let project = try Project(["quick": Pipelines.quick])
        let child = try Child(
            OneProcessor.command([Project.program] + words, project),
            environment: Project.environment, folder: project.path,
            catching: project.newName("command"))
        #expect(child.end(within: 60) == .exited(0), "\(child.errors)")
    }
}
