import Domain
import SchedulerCore

/// The numbers of a plan's tasks by their ids.
enum PlanNumbers {
    static func of(_ plan: RunPlan) -> [TaskID: Int] {
        Dictionary(
            plan.tasks.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}
