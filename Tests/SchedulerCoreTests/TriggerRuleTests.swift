import Domain
import TestRandom
import Testing

@testable import SchedulerCore

/// The truth table of the reference, which was computed with Airflow 3.3's own classes.
enum TruthTable {
    static let rules: [TriggerRule] = [
        .allSuccess, .allFailed, .allDone, .allDoneMinOneSuccess, .oneSuccess, .oneFailed, .oneDone,
        .noneFailed, .noneFailedMinOneSuccess, .noneSkipped, .allSkipped, .always,
    ]

    /// S success, F failed, U upstream failed, K skipped, – unfinished.
    static let text = """
        S  RUN  SKIP RUN  RUN  RUN  SKIP RUN  RUN  RUN  RUN  SKIP RUN
        F  UPF  RUN  RUN  UPF  UPF  RUN  RUN  UPF  UPF  RUN  SKIP RUN
        U  UPF  RUN  RUN  UPF  UPF  RUN  SKIP UPF  UPF  RUN  SKIP RUN
        K  SKIP SKIP RUN  SKIP SKIP SKIP SKIP RUN  SKIP SKIP RUN  RUN
        –  wait wait wait wait wait wait wait wait wait wait wait RUN
        SS RUN  SKIP RUN  RUN  RUN  SKIP RUN  RUN  RUN  RUN  SKIP RUN
        SF UPF  SKIP RUN  RUN  RUN  RUN  RUN  UPF  UPF  RUN  SKIP RUN
        SU UPF  SKIP RUN  RUN  RUN  RUN  RUN  UPF  UPF  RUN  SKIP RUN
        SK SKIP SKIP RUN  SKIP RUN  SKIP RUN  RUN  RUN  SKIP SKIP RUN
        S– wait SKIP wait wait RUN  wait RUN  wait wait wait SKIP RUN
        FF UPF  RUN  RUN  UPF  UPF  RUN  RUN  UPF  UPF  RUN  SKIP RUN
        FU UPF  RUN  RUN  UPF  UPF  RUN  RUN  UPF  UPF  RUN  SKIP RUN
        FK UPF  SKIP RUN  SKIP UPF  RUN  RUN  UPF  UPF  SKIP SKIP RUN
        F– UPF  wait wait wait wait RUN  RUN  UPF  UPF  wait SKIP RUN
        UU UPF  RUN  RUN  UPF  UPF  RUN  SKIP UPF  UPF  RUN  SKIP RUN
        UK UPF  SKIP RUN  SKIP UPF  RUN  SKIP UPF  UPF  SKIP SKIP RUN
        U– UPF  wait wait wait wait RUN  wait UPF  UPF  wait SKIP RUN
        KK SKIP SKIP RUN  SKIP SKIP SKIP SKIP RUN  SKIP SKIP RUN  RUN
        K– SKIP SKIP wait SKIP wait wait wait wait wait SKIP wait RUN
        –– wait wait wait wait wait wait wait wait wait wait wait RUN
        """

    static var rows: [(upstream: String, decisions: [String])] {
        text.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            return (words[0], Array(words.dropFirst()))
        }
    }
}

@Suite("Trigger rules")
struct TriggerRuleTests {
    @Test("every row of the truth table holds, in both orders of the upstreams")
    func truthTable() {
        #expect(TruthTable.rows.count == 20)
        for (upstream, decisions) in TruthTable.rows {
            for order in [upstream, String(upstream.reversed())] {
                for (rule, expected) in zip(TruthTable.rules, decisions) {
                    let decision = rule.decision(for: counts(order))
                    #expect(decision.word == expected, "\(rule.rawValue) with \(order)")
                }
            }
        }
    }

    @Test("all_done_setup_success equals all_done, and no upstream means run, for every rule")
    func remaining() {
        for (upstream, _) in TruthTable.rows {
            let counts = counts(upstream)
            #expect(
                TriggerRule.allDoneSetupSuccess.decision(for: counts)
                    == TriggerRule.allDone.decision(for: counts))
        }
        for rule in TriggerRule.allCases {
            #expect(rule.decision(for: UpstreamCounts()) == .run)
        }
    }

    @Test(
        "any number of upstreams gives what the definitions say", arguments: [1, 2, 3] as [UInt64])
    func definitions(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<4_000 {
            let upstream = String(
                (0..<Int.random(in: 1...6, using: &random)).compactMap { _ in
                    "SFUK–".randomElement(using: &random)
                })
            for rule in TriggerRule.allCases {
                let decision = rule.decision(for: counts(upstream))
                #expect(
                    decision == ReferenceRules.decision(rule, upstream: upstream),
                    "\(rule.rawValue) with \(upstream)")
            }
        }
    }

    @Test("a decision stands whatever the upstreams that are still open become")
    func stability() {
        for length in 1...4 {
            for upstream in words(of: length) where upstream.contains("–") {
                guard let open = upstream.firstIndex(of: "–") else { continue }
                for rule in TriggerRule.allCases {
                    let early = rule.decision(for: counts(upstream))
                    if early == .wait { continue }
                    for state in "SFUK" {
                        var later = upstream
                        later.replaceSubrange(open...open, with: String(state))
                        let decision = rule.decision(for: counts(later))
                        // Precedence may still turn a skip into a failure; a run stays a run.
                        #expect((decision == .run) == (early == .run), "\(rule) \(upstream)")
                    }
                }
            }
        }
    }

    private func words(of length: Int) -> [String] {
        (0..<length).reduce([""]) { words, _ in
            words.flatMap { word in "SFUK–".map { word + String($0) } }
        }
    }

    private func counts(_ upstream: String) -> UpstreamCounts {
        var counts = UpstreamCounts()
        counts.unfinished = Int32(upstream.count)
        for letter in upstream {
            switch letter {
            case "S": counts.settle(.success)
            case "F": counts.settle(.failed)
            case "U": counts.settle(.upstreamFailed)
            case "K": counts.settle(.skipped)
            default: break
            }
        }
        return counts
    }
}

extension TriggerDecision {
    /// As the truth table writes it.
    var word: String {
        switch self {
        case .run: "RUN"
        case .skip: "SKIP"
        case .upstreamFailed: "UPF"
        case .wait: "wait"
        }
    }
}
