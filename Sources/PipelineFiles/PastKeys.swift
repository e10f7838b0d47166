internal import Domain

/// `depends_on_past` and `wait_for_downstream` as they stand at one place; nil where they do not.
public struct PastKeys: Hashable, Sendable {
    public var dependsOnPast: Bool?
    public var waitsForDownstream: Bool?

    public init(dependsOnPast: Bool? = nil, waitsForDownstream: Bool? = nil) {
        self.dependsOnPast = dependsOnPast
        self.waitsForDownstream = waitsForDownstream
    }

    /// These, and what `wider` says where these are silent.
    func over(_ wider: PastKeys) -> PastKeys {
        PastKeys(
            dependsOnPast: dependsOnPast ?? wider.dependsOnPast,
            waitsForDownstream: waitsForDownstream ?? wider.waitsForDownstream)
    }

    /// Waiting for what is downstream includes waiting for the task itself, as in Airflow.
    var dependency: PastDependency {
        if waitsForDownstream ?? false { return .sameTaskAndDownstream }
        return dependsOnPast ?? false ? .sameTask : .none
    }
}

extension DocumentReader {
    mutating func readPast(_ entry: Entry, into keys: inout PastKeys) {
        guard let value = boolean(entry.value, entry.name) else { return }
        if entry.name == "depends_on_past" {
            keys.dependsOnPast = value
        } else {
            keys.waitsForDownstream = value
        }
    }
}

extension PipelineReader {
    /// What the pipeline says for all its tasks.
    mutating func pastKeys(_ found: [String: DocumentReader.Entry]) -> PastKeys {
        var keys = PastKeys()
        for name in ["depends_on_past", "wait_for_downstream"] {
            if let entry = found[name] { document.readPast(entry, into: &keys) }
        }
        return keys
    }
}
