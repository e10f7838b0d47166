import Domain
public import PaneKit

/// What the palette finds of pipelines, runs, tasks and groups.
extension Monitor {
    public static func paletteOpened(_ state: inout State, _ context: PaneContext) -> Requests {
        state.loads.begin(.loadOutlines).requested()
    }

    public static func paletteEntries(
        _ state: State, _ context: PaneContext
    ) -> [PaletteEntry] {
        let model = state.model
        let shown = model.pipeline.map { pipeline in
            model.tasks.map { task in
                PaletteEntry(
                    model.run.map { .task($0, task.id) } ?? .plannedTask(task.id, of: pipeline),
                    name: task.id.name, note: "task, " + task.state.words)
            } + groupEntries(model.tasks.compactMap(\.group), of: pipeline, note: "group")
        }
        let pipelines = model.pipelines.map { row in
            PaletteEntry(.pipeline(row.name), name: row.name.name, note: "pipeline")
        }
        let runs = model.pipelines.flatMap(\.recentRuns).map { run in
            PaletteEntry(
                .run(run.id, of: run.pipeline),
                name: "\(run.pipeline) \(run.listName(context.clock))",
                note: "run, " + run.state.rawValue)
        }
        let others = state.outlines.filter { $0.pipeline != model.pipeline }.flatMap { outline in
            outline.tasks.map { task in
                PaletteEntry(
                    .plannedTask(task.id, of: outline.pipeline), name: task.id.name,
                    note: "task of \(outline.pipeline)")
            }
                + groupEntries(
                    outline.tasks.compactMap(\.group), of: outline.pipeline,
                    note: "group of \(outline.pipeline)")
        }
        return (shown ?? []) + pipelines + runs + others
    }

    /// An entry for each group, in the order of the file, with how many tasks it has; `groups` are
    /// those of the tasks.
    private static func groupEntries(
        _ groups: [GroupID], of pipeline: PipelineName, note: String
    ) -> [PaletteEntry] {
        var counts: [GroupID: Int] = [:]
        var order: [GroupID] = []
        for group in groups {
            if counts[group] == nil { order.append(group) }
            counts[group, default: 0] += 1
        }
        return order.map { group in
            let count = counts[group] ?? 0
            return PaletteEntry(
                .group(group, of: pipeline), name: group.name,
                note: "\(note), \(count) task\(count == 1 ? "" : "s")")
        }
    }

    /// The first task of a group; nil where the group is not known.
    static func firstTask(
        of group: GroupID, in pipeline: PipelineName, _ state: State
    ) -> TaskID? {
        if state.model.pipeline == pipeline {
            return state.model.tasks.first { $0.group == group }?.id
        }
        let outline = state.outlines.first { $0.pipeline == pipeline }
        return outline?.tasks.first { $0.group == group }?.id
    }
}
