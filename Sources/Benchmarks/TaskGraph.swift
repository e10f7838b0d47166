import Domain

/// A graph of tasks that do nothing, for both sides of a comparison.
struct TaskGraph {
    var name: String
    /// The numbers of the tasks that each task needs.
    var needs: [[Int]]

    static func wide(_ count: Int) -> TaskGraph {
        TaskGraph(name: "wide \(count)", needs: Array(repeating: [], count: count))
    }

    static func chain(_ count: Int) -> TaskGraph {
        TaskGraph(name: "chain \(count)", needs: (0..<count).map { $0 == 0 ? [] : [$0 - 1] })
    }

    /// Layers of 20; each task needs three of the layer above.
    static func layered(_ count: Int) -> TaskGraph {
        let width = 20
        let needs = (0..<count).map { number in
            number < width
                ? []
                : [0, 1, 7].map { step in
                    (number / width - 1) * width + (number + step) % width
                }
        }
        return TaskGraph(name: "layered \(count)", needs: needs)
    }

    /// Outputs that no command makes are never up to date, so that every run does all.
    var ninjaFile: String {
        var text = "rule nothing\n  command = true\n"
        for (number, needed) in needs.enumerated() {
            let inputs = needed.map { " t\($0)" }.joined()
            text += "build t\(number): nothing\(inputs)\n"
        }
        return text + "build all: phony" + needs.indices.map { " t\($0)" }.joined()
            + "\ndefault all\n"
    }

    var pipeline: Pipeline {
        Pipeline(
            name: "bench", maxActiveTasks: 2,
            tasks: needs.enumerated().map { number, needed in
                TaskDefinition(
                    id: TaskID("t\(number)"), action: .shell("true"),
                    needs: needed.map { TaskID("t\($0)") })
            })
    }
}
