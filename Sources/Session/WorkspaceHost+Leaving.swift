import Domain
import Engine
import Runners
import Store
import Workspace

extension WorkspaceHost {
    /// Gives the state up without ending anything, and lets another process bring the runs to their
    /// end. Where the runs are another's anyway, nothing is started.
    ///
    /// - Returns: whether such a process was started.
    /// - Throws: A `UserFacingError` where it cannot be started; tasks that run go on all the same.
    @discardableResult
    public func leaveRunsToOthers() async throws -> Bool {
        let isOwner = engine != nil
        await close(.leaving)
        guard isOwner, try reader.openRuns().first != nil else { return false }
        let root = outline.root
        try RunnerProgram.thisProgram(
            arguments: ["serve", "--until-idle", "--state", stateFolder, "--", root]
        ).startDetached(in: ".", log: stateFolder + "/headless.log")
        return true
    }
}
