import Foundation
import Testing

@Suite("Keys and themes in files", .inTmux)
struct KeyFileEndToEndTests {
    @Test("a key file is read at the start and again when it changes; mistakes are told by place")
    func reload() throws {
        let project = try Project(["quick": Pipelines.quick])
        try project.write("config/spillway/keys.yml", "everywhere:\n  zoom: Z\n  quit: []\n")
        let tmux = try Tmux(project, with: ["XDG_CONFIG_HOME": project.path + "/config"])
        try tmux.until(shows: "0 Runs", "quick")
        try tmux.press("Z")
        try tmux.until(shows: "zoomed")
        try project.write(
            "config/spillway/keys.yml", "everywhere:\n  unzoom: Z\n  zom: X\n")
        try tmux.until(shows: "keys.yml:3:3", "Write 'zoom' instead")
        try tmux.press("Z")
        try tmux.until(hides: "zoomed")
        try tmux.press("q")
        #expect(try tmux.exitCode() == 0)
    }

    @Test(
        "the workspace can name a preset, and a theme chosen is there again next time")
    func preset() throws {
        let project = try Project(["quick": Pipelines.quick])
        try project.write("spillway.yml", "keys: k9s\n")
        var tmux = try Tmux(project)
        try tmux.until(shows: "0 Runs", "quick")
        try tmux.press("C-a")
        try tmux.until(shows: "Find anything")
        try tmux.press("Escape")
        try tmux.until(hides: "Find anything")
        try tmux.press("C-t")
        try tmux.until(shows: "Themes", "high-contrast")
        try tmux.press("1", "Enter", "q")
        #expect(try tmux.exitCode() == 0)
        #expect(project.read(".spillway/workbench").contains("theme=dark"))
        tmux = try Tmux(project)
        try tmux.until(shows: "0 Runs", "quick")
        try tmux.press("C-t")
        try tmux.until(shows: "Themes")
        try tmux.press("Escape")
        try tmux.until(hides: "Themes")
        try tmux.press("q")
        #expect(try tmux.exitCode() == 0)
    }

    @Test("'keys' prints a preset's keys, checks a file, and says what is wrong with it")
    func command() throws {
        let project = try Project(["quick": Pipelines.quick])
        let vim = try project.spillway("keys", "--preset", "vim", "--json")
        #expect(vim.code == 0)
        let contexts = try vim.json()["contexts"].list
        #expect(contexts.last?["name"].text == "everywhere")
        try project.write("k.yml", "runs:\n  triger: t\n")
        let wrong = try project.spillway("keys", "--file", "k.yml")
        #expect(wrong.code == 1)
        #expect(wrong.errors.contains("k.yml:2:3"))
        #expect(wrong.errors.contains("Write 'trigger' instead"))
    }
}
