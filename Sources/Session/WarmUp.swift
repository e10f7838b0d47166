import Themes
import Workbench

extension WorkbenchSession {
    /// Makes the tables of keys and panes and reads the standard theme on another thread, while the
    /// caller opens the workspace: ``run(on:environment:themeName:opening:recordPath:)`` needs
    /// them at once, and they take as long as a project's files.
    public static func warmUp() {
        Task.detached(priority: .userInitiated) {
            Workbench.warmUp()
            _ = Appearance.standardTheme
        }
    }
}
