/// What a column comes from and what comes from it, step by step.
struct ColumnPaths: Sendable {
    /// A column at some distance from the one that is followed.
    struct Step: Hashable, Sendable {
        var place: ProjectView.Place
        /// How many steps away; negative: above, what it comes from; 0: the column itself.
        var distance: Int
        /// How the step nearest to it goes; empty for the column itself.
        var how: String
    }

    private var origins: [ProjectView.Place: [ProjectView.Origin]] = [:]
    private var users: [ProjectView.Place: [ProjectView.Origin]] = [:]

    init(_ project: ProjectView) {
        for node in project.nodes {
            for column in node.columns where !column.origins.isEmpty {
                let place = Self.key(ProjectView.Place(node: node.id, column: column.name))
                origins[place] = column.origins
                for origin in column.origins {
                    users[Self.key(origin.place), default: []].append(
                        ProjectView.Origin(
                            place: ProjectView.Place(node: node.id, column: column.name),
                            how: origin.how))
                }
            }
        }
    }

    /// Names of columns are the same in any case.
    private static func key(_ place: ProjectView.Place) -> ProjectView.Place {
        ProjectView.Place(node: place.node, column: place.column.lowercased())
    }

    /// The farthest origin first, then the column, then what comes from it, the farthest last. A column
    /// reached on several ways stands once, where it is nearest. O(columns in sight).
    func steps(from place: ProjectView.Place) -> [Step] {
        walk(from: place, origins, sign: -1).reversed()
            + [Step(place: place, distance: 0, how: "")]
            + walk(from: place, users, sign: 1)
    }

    private func walk(
        from place: ProjectView.Place, _ links: [ProjectView.Place: [ProjectView.Origin]],
        sign: Int
    ) -> [Step] {
        var result: [Step] = []
        var seen: Set<ProjectView.Place> = [Self.key(place)]
        var waiting = [(place, 0)]
        var next = 0
        while next < waiting.count {
            let (current, distance) = waiting[next]
            next += 1
            for link in links[Self.key(current)] ?? []
            where seen.insert(Self.key(link.place)).inserted {
                result.append(
                    Step(place: link.place, distance: distance + sign, how: link.how))
                waiting.append((link.place, distance + sign))
            }
        }
        return result
    }
}
