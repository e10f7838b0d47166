import Domain
import PipelineFiles

/// Checks that know three zones and the shape of a cron expression: five words of cron's letters.
let testChecks = PipelineFileChecks(
    zoneExists: { ["UTC", "Europe/Berlin", "America/New_York"].contains($0) },
    checkCron: { text in
        if text.hasPrefix("@") { return nil }
        let fields = text.split(separator: " ")
        guard fields.count == 5 else {
            return (1, "a cron expression has five fields, not \(fields.count)", "Add fields.")
        }
        if let bad = text.firstIndex(of: "?") {
            let column = text.distance(from: text.startIndex, to: bad) + 1
            return (column, "'?' is no cron field", "Write '*'.")
        }
        return nil
    },
    localInstant: { text, zone in
        // In winter.
        zone == "Europe/Berlin"
            ? Instant(iso8601: text.contains("T") ? text : text + "T00:00+01:00") : nil
    })

func read(
    _ text: String, file: String = "flow.yml", workspace: WorkspaceSettings = WorkspaceSettings()
) -> PipelineFileReading {
    read(bytes: Array(text.utf8), file: file, workspace: workspace)
}

func read(
    bytes: [UInt8], file: String = "flow.yml", workspace: WorkspaceSettings = WorkspaceSettings()
) -> PipelineFileReading {
    PipelineFile.read(
        bytes: bytes, file: file, folder: "/project", workspace: workspace, checks: testChecks)
}

/// One line a problem: `3:5 error: problem | remedy`.
func lines(_ problems: [SourceProblem]) -> String {
    problems.map {
        "\($0.place.line):\($0.place.column) \($0.severity): \($0.problem) | \($0.remedy)"
    }.joined(separator: "\n")
}

/// A small generator for seeded tests (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
