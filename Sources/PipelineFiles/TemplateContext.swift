public import Domain

/// Everything that a template may show of the attempt it is rendered for.
public struct TemplateContext: Sendable {
    public var run: RunID
    public var pipeline: PipelineName
    public var task: TaskID
    /// Counts from 1.
    public var attempt: Int
    public var logicalDate: Instant
    public var dataIntervalStart: Instant
    public var dataIntervalEnd: Instant
    /// The date of `logicalDate` in the pipeline's zone, `2026-01-02`.
    public var localDate: String
    /// Every declared parameter, as text.
    public var params: [String: String]
    /// What a task of the run wrote under a key; nil where it wrote nothing there.
    public var output: @Sendable (TaskID, _ key: String) -> OutputValue? = { _, _ in nil }
    /// What an instance of a mapped task is made for; nil for every other task.
    public var item: OutputValue?
    /// Which of the items, from 0.
    public var mapIndex: Int?
    /// How the run came about.
    public var trigger = RunTrigger.manual
    /// The newest earlier run of the pipeline that succeeded, by logical date; asked where a
    /// template shows it.
    public var previousSuccess: @Sendable () -> PreviousRun? = { nil }

    /// What templates can show of an earlier run.
    public struct PreviousRun: Hashable, Sendable {
        public var dataIntervalStart: Instant
        public var dataIntervalEnd: Instant
        public var startedAt: Instant
        public var endedAt: Instant

        public init(
            dataIntervalStart: Instant, dataIntervalEnd: Instant, startedAt: Instant,
            endedAt: Instant
        ) {
            self.dataIntervalStart = dataIntervalStart
            self.dataIntervalEnd = dataIntervalEnd
            self.startedAt = startedAt
            self.endedAt = endedAt
        }
    }

    public init(
        run: RunID, pipeline: PipelineName, task: TaskID, attempt: Int = 1, logicalDate: Instant,
        dataIntervalStart: Instant, dataIntervalEnd: Instant, localDate: String,
        params: [String: String] = [:]
    ) {
        self.run = run
        self.pipeline = pipeline
        self.task = task
        self.attempt = attempt
        self.logicalDate = logicalDate
        self.dataIntervalStart = dataIntervalStart
        self.dataIntervalEnd = dataIntervalEnd
        self.localDate = localDate
        self.params = params
    }
}

/// What a part of a template comes to before it is text.
enum TemplateValue {
    case json(OutputValue)
    case text(String)
    case date(Instant)
    case number(Int)

    enum Kind: String {
        case text = "text"
        case date = "a date and time"
        case number = "a number"
    }

    /// What Jinja takes for false: nothing, an empty text, 0, an empty list.
    var isEmpty: Bool {
        switch self {
        case .text(let text): text.isEmpty
        case .number(let number): number == 0
        case .date: false
        case .json(.null), .json(.boolean(false)), .json(.text("")), .json(.number("0")): true
        case .json(.list(let items)): items.isEmpty
        case .json(.object(let members)): members.isEmpty
        case .json: false
        }
    }

    /// As it appears in the output; dates as Airflow's `ts` writes them.
    var text: String {
        switch self {
        case .json(let value): value.plainText
        case .text(let text): text
        case .date(let date): date.airflowTimestamp
        case .number(let number): String(number)
        }
    }
}

/// The names that stand for a value; the words of Airflow 3, and ours beside them.
enum TemplateVariable: String, CaseIterable {
    case ds
    case dsNodash = "ds_nodash"
    case dsLocal = "ds_local"
    case ts
    case tsNodash = "ts_nodash"
    case tsNodashWithZone = "ts_nodash_with_tz"
    case logicalDate = "logical_date"
    case dataIntervalStart = "data_interval_start"
    case dataIntervalEnd = "data_interval_end"
    case runID = "run_id"
    case attempt
    case taskInstanceKey = "task_instance_key_str"
    case dagID = "dag.dag_id"
    case pipelineName = "pipeline.name"
    case taskTaskID = "task.task_id"
    case taskID = "task.id"
    case tiTaskID = "ti.task_id"
    case tiDagID = "ti.dag_id"
    case tiRunID = "ti.run_id"
    case tryNumber = "ti.try_number"
    case mapIndex = "map_index"
    case tiMapIndex = "ti.map_index"
    case dagRunID = "dag_run.run_id"
    case dagRunLogicalDate = "dag_run.logical_date"
    case dagRunDagID = "dag_run.dag_id"
    case dagRunType = "dag_run.run_type"
    case dagRunIntervalStart = "dag_run.data_interval_start"
    case dagRunIntervalEnd = "dag_run.data_interval_end"
    case previousIntervalStart = "prev_data_interval_start_success"
    case previousIntervalEnd = "prev_data_interval_end_success"
    case previousStart = "prev_start_date_success"
    case previousEnd = "prev_end_date_success"

    var kind: TemplateValue.Kind {
        switch self {
        case .logicalDate, .dataIntervalStart, .dataIntervalEnd, .dagRunLogicalDate,
            .dagRunIntervalStart, .dagRunIntervalEnd, .previousIntervalStart,
            .previousIntervalEnd, .previousStart, .previousEnd:
            .date
        case .attempt, .tryNumber, .mapIndex, .tiMapIndex: .number
        default: .text
        }
    }

    func value(in context: TemplateContext) throws(TemplateRefusal) -> TemplateValue {
        let date = context.logicalDate
        return switch self {
        case .previousIntervalStart: .date(try previous(in: context).dataIntervalStart)
        case .previousIntervalEnd: .date(try previous(in: context).dataIntervalEnd)
        case .previousStart: .date(try previous(in: context).startedAt)
        case .previousEnd: .date(try previous(in: context).endedAt)
        case .dagRunType: .text(context.trigger.rawValue)
        case .ds: .text(TemplateDateForm.ds.text(of: date))
        case .dsNodash: .text(TemplateDateForm.dsNodash.text(of: date))
        case .dsLocal: .text(context.localDate)
        case .ts: .text(TemplateDateForm.ts.text(of: date))
        case .tsNodash: .text(TemplateDateForm.tsNodash.text(of: date))
        case .tsNodashWithZone: .text(TemplateDateForm.tsNodashWithZone.text(of: date))
        case .logicalDate, .dagRunLogicalDate: .date(date)
        case .dataIntervalStart, .dagRunIntervalStart: .date(context.dataIntervalStart)
        case .dataIntervalEnd, .dagRunIntervalEnd: .date(context.dataIntervalEnd)
        case .runID, .tiRunID, .dagRunID: .text(context.run.name)
        case .attempt, .tryNumber: .number(context.attempt)
        // As in Airflow, a task that is not mapped has the index -1.
        case .mapIndex, .tiMapIndex: .number(context.mapIndex ?? -1)
        case .dagID, .pipelineName, .tiDagID, .dagRunDagID: .text(context.pipeline.name)
        case .taskTaskID, .taskID, .tiTaskID: .text(context.task.name)
        case .taskInstanceKey:
            .text(
                "\(context.pipeline)__\(context.task)__"
                    + TemplateDateForm.dsNodash.text(of: date))
        }
    }

    private func previous(
        in context: TemplateContext
    ) throws(TemplateRefusal) -> TemplateContext.PreviousRun {
        if let run = context.previousSuccess() { return run }
        throw TemplateRefusal(
            problem: "no earlier run of '\(context.pipeline.name.short)' has succeeded yet",
            remedy: "Say what holds for the first run: {{ \(rawValue) or data_interval_start }}.",
            isMissing: true)
    }
}

/// The forms of a date that have a name, as variables and as filters.
enum TemplateDateForm: String, CaseIterable {
    case ds
    case dsNodash = "ds_nodash"
    case ts
    case tsNodash = "ts_nodash"
    case tsNodashWithZone = "ts_nodash_with_tz"

    func text(of date: Instant) -> String {
        switch self {
        case .ds: date.isoDate
        case .dsNodash: date.isoDate.filter { $0 != "-" }
        case .ts: date.airflowTimestamp
        case .tsNodash:
            (date.isoDate + "T" + CivilTime(utc: date).clockText).filter {
                $0 != "-" && $0 != ":"
            }
        case .tsNodashWithZone: date.airflowTimestamp.filter { $0 != "-" && $0 != ":" }
        }
    }
}
