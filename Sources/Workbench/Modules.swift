import MonitorPanes
public import PaneKit
import PlanPanes
import ProfilePanes
import QualityPanes
import QueryPanes
import TransformPanes

extension Workbench {
    /// The modules of panes, in the order in which links, words and `:` names are looked up.
    ///
    /// A module is added here, with a case of ``Effect``, of ``Message``, a property of
    /// ``WorkbenchState`` and a place on a ``Desk``.
    static let modules: [any AnyModule] = [
        HostedModule(
            Monitor.self, \.monitor, effect: Effect.monitor,
            effectOf: { if case .monitor(let effect) = $0 { effect } else { nil } },
            answerOf: { if case .monitor(let answer) = $0 { answer } else { nil } }),
        HostedModule(
            Profile.self, \.profile, effect: Effect.profile,
            effectOf: { if case .profile(let effect) = $0 { effect } else { nil } },
            answerOf: { if case .profile(let answer) = $0 { answer } else { nil } }),
        HostedModule(
            QueryDesk.self, \.query, effect: Effect.query,
            effectOf: { if case .query(let effect) = $0 { effect } else { nil } },
            answerOf: { if case .query(let answer) = $0 { answer } else { nil } }),
        HostedModule(
            PlanDesk.self, \.plan, effect: Effect.plan,
            effectOf: { if case .plan(let effect) = $0 { effect } else { nil } },
            answerOf: { if case .plan(let answer) = $0 { answer } else { nil } }),
        HostedModule(
            QualityDesk.self, \.quality, effect: Effect.quality,
            effectOf: { if case .quality(let effect) = $0 { effect } else { nil } },
            answerOf: { if case .quality(let answer) = $0 { answer } else { nil } }),
        HostedModule(
            TransformDesk.self, \.transform, effect: Effect.transform,
            effectOf: { if case .transform(let effect) = $0 { effect } else { nil } },
            answerOf: { if case .transform(let answer) = $0 { answer } else { nil } }),
    ]

    /// Every pane there is, in the order of the modules.
    static let faces: [PaneFace] = modules.flatMap(\.panes)

    /// The keys as the code binds them.
    public static let standardKeys = KeyTables(
        shell: ShellAction.table,
        panes: Dictionary(
            faces.map { ($0.name, $0.keys) }, uniquingKeysWith: { first, _ in first }))

    /// The module that a pane belongs to; nil where there is no such pane.
    static func module(of pane: PaneName) -> (any AnyModule)? { modulesByPane[pane] }

    /// Makes what is made once, whoever asks for it first; from any thread.
    public static func warmUp() {
        _ = standardKeys
        _ = modulesByPane
        _ = faces
    }

    private static let modulesByPane: [PaneName: any AnyModule] = {
        var result: [PaneName: any AnyModule] = [:]
        for module in modules { for face in module.panes { result[face.name] = module } }
        return result
    }()
}
