extension ApplicationProfile {
    /// What a stage does by the plan of its query: the operators that ran in it, those that cost most as
    /// a rule first, each once; empty where no plan tells.
    public func operators(of stage: StageProfile) -> [String] {
        let names = plan(of: stage)?.nodes(inStage: stage.index).map(\.name) ?? []
        var seen: Set<Substring> = []
        let known = names.compactMap { name -> (weight: Int, name: String)? in
            let word = name.prefix { $0 != "(" && $0 != " " }
            guard let weight = Self.weight(of: word), seen.insert(word).inserted else { return nil }
            return (weight, String(word))
        }
        return known.sorted { $0.weight > $1.weight }.map(\.name)
    }

    /// Nil for what takes next to nothing or only carries rows on.
    private static func weight(of word: Substring) -> Int? {
        if word.contains("Join") || word == "CartesianProduct" { return 6 }
        if word.contains("Python") || word.contains("Pandas") || word.contains("Arrow") { return 5 }
        if word.contains("Window") || word.hasPrefix("Generate") || word.hasPrefix("Expand") {
            return 4
        }
        if word.contains("Sort") && !word.contains("Aggregate") { return 3 }
        if word.contains("Scan") || word.contains("Insert") || word.contains("Write") { return 2 }
        if word.contains("Aggregate") || word.hasPrefix("Range") { return 1 }
        return nil
    }
}
