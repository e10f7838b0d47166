import ArgumentParser

struct TransformLineage: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lineage")
}
