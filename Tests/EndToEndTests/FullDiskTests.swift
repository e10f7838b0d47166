import Foundation
import Glibc
import Testing

/// A small disk of its own, for a state folder.
final class SmallDisk {
    let path: String

    init?(_ project: Project, kilobytes: Int, name: String = "disk") {
        path = project.path + "/" + name
        guard mkdir(path, 0o700) == 0,
            mount("none", path, "tmpfs", 0, "size=\(kilobytes)k") == 0
        else { return nil }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    static let isPermitted: Bool = {
        guard let project = try? Project() else { return false }
        let disk = SmallDisk(project, kilobytes: 64)
        if disk == nil { print("SKIPPED: only root can mount a small disk to fill") }
        return disk != nil
    }()
}

@Suite("A full disk under the state folder", .enabled(if: SmallDisk.isPermitted))
struct FullDiskTests {
    /// The first task fills the disk and ends; the second one is not to start until there is room.
    private static let filling = """
        name: filling
        tasks:
          fill: { run: "dd if=/dev/zero of=disk/ballast bs=4k 2>/dev/null; touch filled" }
          next: { run: "touch next", needs: fill }
          last: { run: "echo done", needs: next }

        """

    @Test("a headless run says so, starts nothing, loses nothing, and goes on when there is room")
    func headless() throws {
        let project = try Project(["filling": Self.filling])
        let disk = try #require(SmallDisk(project, kilobytes: 4_096))
        let child = try project.start("run", "filling", "--json", "--state", disk.path + "/state")
        try child.until("word of the full disk") { $0.errors.contains("is full") }
        #expect(project.read("next").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: project.path + "/next"))
        unlink(disk.path + "/ballast")
        #expect(child.end() == .exited(0))
        #expect(child.errors.contains("can be written again"))
        let tasks = try JSON(child.output)["tasks"].list
        #expect(tasks.map(\.["state"].text) == ["success", "success", "success"])
        #expect(tasks.map(\.["attempts"].number) == [1, 1, 1])
    }

    @Test("the workbench shows it for as long as it lasts", .inTmux)
    func workbench() throws {
        let project = try Project(["filling": Self.filling])
        let disk = try #require(SmallDisk(project, kilobytes: 4_096))
        let tmux = try Tmux(
            project, command: [Project.program, "open", "--state", disk.path + "/state"])
        try tmux.until(shows: "filling")
        try tmux.press("T")
        try tmux.until(shows: "State cannot be written", "is full")
        unlink(disk.path + "/ballast")
        try tmux.until(shows: "✓ fill", "✓ next", "✓ last")
        try tmux.until(hides: "State cannot be written")
    }
}
