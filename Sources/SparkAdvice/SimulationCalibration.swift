import Domain
import JSONText
import SparkLog

/// How other runs of an application, on other executors, correct what is simulated from one of them.
///
/// How much tasks slow each other that share memory, caches and a JVM, no log of one run tells; two
/// tell it together: by how much the wall time of the second is longer than what the first one says
/// of its executors. Each doubling of slots is taken to cost the same again: the logarithm of that
/// ratio grows with the logarithm of the slots, on a line through the run that is simulated (least
/// squares over the runs with more slots, and over those with fewer). Runs with more slots say
/// nothing of fewer, and the other way round: there nothing is corrected.
///
/// Six real jobs on two processors: from two slots to eight, known how long four took, walls were off
/// by 11 % in the mean, and by 29 % without; a line through both sides was no better than none
/// (Spark 4.3, twelve comparisons).
public struct SimulationCalibration: Sendable {
    /// One of the other runs.
    public struct Run: Sendable {
        /// Of the application; nil where its log tells none.
        public var id: String?
        public var executors: Int
        /// Slots an executor.
        public var cores: Int
        /// Milliseconds: what is simulated for its executors without any correction, and what it took.
        public var simulated: Int64
        public var measured: Int64
    }

    public let runs: [Run]
    /// With more slots than the recorded ones, and with fewer; nil where no run is of so many.
    private let more: Side?
    private let fewer: Side?
    /// By how much the runs miss these lines, in the mean, as a share.
    let spread: Double
    private let slots: Double

    /// Runs with more slots, or with fewer.
    private struct Side {
        /// Of the wall's correction as a power of the slots against the recorded ones.
        var exponent: Double
        /// The logarithm of the slots of the farthest run, as an amount.
        var reach: Double

        init?(_ points: [(x: Double, y: Double)]) {
            guard !points.isEmpty else { return nil }
            let square = points.reduce(0) { $0 + $1.x * $1.x }
            exponent = points.reduce(0) { $0 + $1.x * $1.y } / square
            reach = points.map { abs($0.x) }.max() ?? 0
        }
    }

    /// What a doubling of slots costs more than the tasks' own times say, as a share of the wall;
    /// negative where it costs less, nil where no run had more slots.
    public var perDoubling: Double? { more.map { Self.ofTwo($0.exponent) - 1 } }
    /// What halving the slots does, nil where no run had fewer.
    public var perHalving: Double? { fewer.map { Self.ofTwo(-$0.exponent) - 1 } }

    private static func ofTwo(_ exponent: Double) -> Double {
        Exponential.power(exponent * Exponential.logarithm(2))
    }

    /// Nil without others.
    ///
    /// - Parameters:
    ///   - others: that are comparable, see ``SparkComparison/obstacle(_:_:onEqualSlots:)``.
    ///   - processors: as of the simulation.
    ///   - recorded: what was found for its rows.
    init?(
        _ profile: ApplicationProfile, others: [ApplicationProfile], processors: Int?,
        recorded: inout RecordedWorks
    ) {
        guard !others.isEmpty else { return nil }
        runs = others.map { other in
            let (count, cores) = (Self.executors(other), other.slots.most)
            let change = SimulatedSlots(
                profile, executors: count, cores: cores, processors: processors,
                recorded: &recorded
            ).changes[0]
            return Run(
                id: other.application.id, executors: count, cores: cores,
                simulated: max(1, profile.wall(change)), measured: max(1, other.wall))
        }
        let slots = Double(Self.executors(profile) * profile.slots.most)
        let points = runs.map { run in
            (
                x: Exponential.logarithm(Double(run.executors * run.cores) / slots),
                y: Exponential.logarithm(Double(run.measured) / Double(run.simulated))
            )
        }
        let (more, fewer) = (Side(points.filter { $0.x > 0 }), Side(points.filter { $0.x < 0 }))
        (self.more, self.fewer, self.slots) = (more, fewer, slots)
        spread =
            points.reduce(0) { sum, point in
                let side = point.x > 0 ? more : fewer
                return sum + abs(point.y - (side?.exponent ?? 0) * point.x)
            } / Double(points.count)
    }

    /// What is corrected, a line for each direction.
    public var effects: [String] {
        [("doubling", perDoubling), ("halving", perHalving)].compactMap { name, share in
            guard let share else { return nil }
            return "each \(name) of slots costs \(AdviceText.percent(abs(share))) "
                + (share < 0 ? "less" : "more") + " than the tasks' own times say"
        }
    }

    /// What it goes by, a line for each run.
    public var sources: [String] {
        runs.map { run in
            "\(run.id ?? "-") (\(run.executors) × \(run.cores) slots): took "
                + "\(AdviceText.time(run.measured)), by this log alone "
                + AdviceText.time(run.simulated)
        }
    }

    private static func executors(_ profile: ApplicationProfile) -> Int {
        max(1, profile.slots.executors.count)
    }

    /// The factor on a simulated wall.
    func factor(slots: Int) -> Double {
        let place = Exponential.logarithm(Double(max(1, slots)) / self.slots)
        guard let side = place > 0 ? more : fewer else { return 1 }
        // Beyond a fourth or four times nobody has measured anything.
        return min(4, max(0.25, Exponential.power(side.exponent * place)))
    }

    /// How many times as far from the recorded slots as the farthest run, at least 1: so much less is
    /// known.
    func distance(slots: Int) -> Double {
        let place = Exponential.logarithm(Double(max(1, slots)) / self.slots)
        guard let side = place > 0 ? more : fewer else { return 1 }
        return max(1, abs(place) / side.reach)
    }

    /// `{"per_doubling","per_halving","runs":[{"app_id","executors","cores","simulated_ms","measured_ms"}]}`;
    /// shares are null where no run tells them.
    var json: JSONValue {
        .object([
            "per_doubling": Self.json(perDoubling), "per_halving": Self.json(perHalving),
            "runs": .array(
                runs.map { run in
                    .object([
                        "app_id": .string(orNull: run.id),
                        "executors": .integer(Int64(run.executors)),
                        "cores": .integer(Int64(run.cores)),
                        "simulated_ms": .integer(run.simulated),
                        "measured_ms": .integer(run.measured),
                    ])
                }),
        ])
    }

    private static func json(_ share: Double?) -> JSONValue {
        share.map { .number(($0 * 1000).rounded() / 1000) } ?? .null
    }
}
