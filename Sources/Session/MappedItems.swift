public import Domain
import SchedulerCore
public import Store

/// What the instances of a run's mapped tasks are made for, so that people see which item failed.
public struct MappedItems {
    private let lists: [TaskID: [OutputValue]]

    /// Reads the plan of the run and, where an output is mapped over, what the tasks wrote.
    public init(of run: RunID, _ reader: StoreReader) throws {
        var lists: [TaskID: [OutputValue]] = [:]
        var written: [TaskID: [TaskOutput]]?
        for task in try reader.definition(of: run)?.tasks ?? [] {
            switch task.options.mapping?.source {
            case nil: continue
            case .items(let items)?: lists[task.id] = items
            case .output(let source, let key)?:
                let outputs = try written ?? reader.outputs(of: run)
                written = outputs
                lists[task.id] = OutputList.items(of: Self.values(of: source, key, outputs), key)
            }
        }
        self.lists = lists
    }

    /// The item of an instance, its templates as they are written and without secrets; nil for what is
    /// no instance.
    public subscript(task: TaskID) -> OutputValue? {
        guard let parts = task.instanceParts, let items = lists[parts.task],
            items.indices.contains(parts.index)
        else { return nil }
        return SecretSeal.shown(items[parts.index])
    }

    /// What a task wrote under a key, or its instances in their order.
    private static func values(
        of source: TaskID, _ key: String, _ outputs: [TaskID: [TaskOutput]]
    ) -> [OutputValue] {
        func value(_ task: TaskID) -> OutputValue? {
            outputs[task]?.last { $0.key == key }?.value
        }
        if let own = value(source) { return [own] }
        let instances = outputs.keys.filter { $0.instanceParts?.task == source }
        return instances.sorted { ($0.instanceParts?.index ?? 0) < ($1.instanceParts?.index ?? 0) }
            .compactMap(value)
    }
}
