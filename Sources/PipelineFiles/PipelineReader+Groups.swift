internal import Domain

/// Groups of tasks: names, needs and defaults in common. They have no state of their own.
extension PipelineReader {
    /// What `groups` says of one.
    struct GroupSettings {
        var defaults: TaskDefaults
        var needs: [(name: String, node: Int)]
        var key: Int
    }

    mutating func readGroups(_ entry: DocumentReader.Entry) {
        for group in document.entries(of: entry.value, "groups") ?? [] {
            checkGroupName(group.name, at: group.key)
            var settings = GroupSettings(defaults: TaskDefaults(), needs: [], key: group.key)
            for field in document.entries(of: group.value, group.name.short) ?? [] {
                switch field.name {
                case "needs":
                    for item in document.items(of: field.value) {
                        if let name = document.text(
                            item, "needs", expected: "a task's id or a list of them")
                        {
                            settings.needs.append((name, item))
                        }
                    }
                case "description": _ = document.text(field.value, "description")
                default:
                    if document.readShared(
                        field, into: &settings.defaults, params: paramNames)
                    {
                        continue
                    }
                    document.unknownKey(
                        field, in: "group '\(group.name.short)'", among: PipelineKeys.group,
                        remedy: PipelineKeys.remedy(forTaskKey: field.name))
                }
            }
            groups[group.name] = settings
        }
    }

    /// `a.b` is group `b` in group `a`.
    mutating func checkGroupName(_ name: String, at node: Int) {
        guard !checkedGroups.contains(name) else { return }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        if !name.isEmpty, parts.contains("") {
            document.error(
                at: node, "'\(name.short)' names a group without a name between its dots",
                "Write 'a.b' for group 'b' in group 'a'.")
        } else if !TaskID.isValid(name) {
            document.error(
                at: node, "'\(name.short)' cannot name a group",
                "Use letters, digits, '_', '-' and '.', and no '-' in front.")
        } else {
            checkedGroups.insert(name)
        }
    }

    /// The defaults of a group and of those around it: `a.b` lies in `a`.
    func settings(of group: GroupID) -> TaskDefaults {
        guard !groups.isEmpty else { return TaskDefaults() }
        var name = group.name[...]
        var settings = groups[group.name]?.defaults ?? TaskDefaults()
        while let dot = name.lastIndex(of: ".") {
            name = name[..<dot]
            if let outer = groups[String(name)] { settings = settings.over(outer.defaults) }
        }
        return settings
    }

    /// Puts tasks in place of groups: a need of a group is one of its last tasks, and what a group
    /// needs its first tasks need. Tasks win over groups of the same name.
    mutating func expandGroups(_ index: [String: Int]) {
        var members: [String: [Int]] = [:]
        for number in pipeline.tasks.indices {
            guard var name = pipeline.tasks[number].group?.name[...] else { continue }
            members[String(name), default: []].append(number)
            while let dot = name.lastIndex(of: ".") {
                name = name[..<dot]
                members[String(name), default: []].append(number)
            }
        }
        for (name, group) in groups.sorted(by: { $0.value.key < $1.value.key })
        where members[name] == nil {
            document.warning(
                at: group.key, "group '\(name.short)' has no tasks",
                "Remove it, or put tasks into it by 'group: \(name.short)'.")
        }
        guard !members.isEmpty else { return }
        var ends: [String: (first: [Int], last: [Int])] = [:]
        for (name, numbers) in members { ends[name] = self.ends(of: numbers, index) }
        var expanded: [Need] = []
        expanded.reserveCapacity(needs.count)
        for need in needs {
            guard index[need.name] == nil, let last = ends[need.name]?.last else {
                let isOutside = !(members[need.name]?.contains(need.task) ?? true)
                if isOutside, let last = ends[need.name]?.last { warnOfTwoMeanings(need, last) }
                expanded.append(need)
                continue
            }
            replace(need, by: last, in: &expanded)
        }
        for (name, group) in groups.sorted(by: { $0.value.key < $1.value.key }) {
            for first in ends[name]?.first ?? [] {
                for (wanted, node) in group.needs {
                    let last = index[wanted] == nil ? ends[wanted]?.last : nil
                    let need = Need(task: first, node: node, name: wanted)
                    if let last {
                        replace(need, by: last, in: &expanded)
                    } else {
                        add(need, to: &expanded)
                    }
                }
            }
        }
        needs = expanded
    }

    /// Says which is meant by a name that is a task's and a group's, where it makes a difference.
    private mutating func warnOfTwoMeanings(_ need: Need, _ last: [Int]) {
        let needed = pipeline.tasks[need.task].needs
        guard !last.allSatisfy({ needed.contains(pipeline.tasks[$0].id) }) else { return }
        document.warning(
            at: need.node,
            "'\(need.name.short)' is a task and a group: the task alone is needed",
            "Give the group another name to need all of it, or the task one to be plain.")
    }

    private mutating func replace(_ need: Need, by tasks: [Int], in list: inout [Need]) {
        pipeline.tasks[need.task].needs.removeAll { $0.name == need.name }
        for task in tasks where task != need.task {
            add(
                Need(task: need.task, node: need.node, name: pipeline.tasks[task].id.name),
                to: &list)
        }
    }

    private mutating func add(_ need: Need, to list: inout [Need]) {
        let id = TaskID(need.name)
        guard !pipeline.tasks[need.task].needs.contains(id) else {
            // Said by the task itself as well; that need is in the list already, or comes from it.
            if !list.contains(where: { $0.task == need.task && $0.name == need.name }) {
                list.append(need)
            }
            return
        }
        pipeline.tasks[need.task].needs.append(id)
        list.append(need)
    }

    /// The members that need none of the others, and those that no other needs.
    private func ends(
        of members: [Int], _ index: [String: Int]
    ) -> (first: [Int], last: [Int]) {
        let inside = Set(members)
        var needed: Set<Int> = []
        var first: [Int] = []
        for member in members {
            let inner = pipeline.tasks[member].needs.compactMap { index[$0.name] }.filter {
                inside.contains($0)
            }
            if inner.isEmpty { first.append(member) }
            needed.formUnion(inner)
        }
        return (first, members.filter { !needed.contains($0) })
    }
}
