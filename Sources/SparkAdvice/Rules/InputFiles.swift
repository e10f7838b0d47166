import SparkLog

/// What one scan of files read.
struct InputScan: Sendable {
    var plan: PlanProfile
    var node: PlanProfile.Node
    var files: Int64
    var bytes: Int64
    var stages: [StageProfile]

    static func all(in profile: ApplicationProfile) -> [InputScan] {
        profile.plans.flatMap { plan in
            plan.places.readers.compactMap { position in
                let node = plan.nodes[position]
                guard let files = node.filesRead, files > 0 else { return nil }
                let stages = node.stages.compactMap { profile.stageByIndex[$0] }.filter {
                    !profile.isStreaming($0)
                }
                guard !stages.isEmpty else { return nil }
                let input = stages.reduce(0) { $0 + $1[.inputBytes] }
                return InputScan(
                    plan: plan, node: node, files: files,
                    bytes: node.total("size of files read") ?? input, stages: stages)
            }
        }
    }

    /// Where the files are, as the plan tells.
    var location: String {
        node.metadata.first { $0.key == "Location" }?.value ?? ""
    }

    var format: String {
        node.metadata.first { $0.key == "Format" }?.value
            ?? node.name.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    }
}
