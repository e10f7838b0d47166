import Foundation
import SparkAdvice
import SparkSources

/// What became of advice in the project of the current folder.
enum SparkVerdicts {
    private static var records: SparkRecords {
        SparkRecords(stateFolder: FileManager.default.currentDirectoryPath + "/.spillway")
    }

    /// Keeps a verdict where the current folder is a project with state.
    static func keep(_ proof: SparkProof) { records.keep(proof.record) }

    /// `held 2, refuted 1` of a rule; nil where nothing was proved.
    static func summary(of rule: FindingRule) -> String? {
        ProvedRules(records: records.verdicts).summary(of: rule)
    }
}
