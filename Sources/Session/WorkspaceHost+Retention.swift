import Dispatch
import Domain
import PipelineFiles
import Store
import Synchronization
import Workspace

/// Removing what `retention` in `spillway.yml` lets go.
extension WorkspaceHost {
    /// Sweeps once now and then once a day for as long as this process owns the state.
    func keepRetention() {
        let policy = pipelines.outline.settings.retention
        guard policy.removesAnything else { return }
        let queue = DispatchQueue.global(qos: .background)
        queue.async { [folder] in
            // What cannot be removed now, can tomorrow.
            _ = try? StateRetention.sweep(folder, policy, at: Clock.now())
        }
        queue.asyncAfter(deadline: .now() + 86_400) { [weak self] in
            guard let self, !ownership.withLock({ $0.isClosed }) else { return }
            keepRetention()
        }
    }
}
