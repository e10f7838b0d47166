/// The events that are understood, told by the text after the last `.` of their name.
enum EventKind: Int, CaseIterable, Sendable {
    case taskEnd, taskStart, blockUpdated, stageSubmitted, stageCompleted, jobStart, jobEnd
    case stageExecutorMetrics, driverAccumulators, adaptiveUpdate, adaptiveMetrics
    case sqlStart, sqlEnd, unpersist, queryStarted, queryProgress, queryTerminated
    case logStart, applicationStart, applicationEnd, environment, resourceProfile
    case executorAdded, executorRemoved, blockManagerAdded, blockManagerRemoved

    var name: String {
        switch self {
        case .taskEnd: "SparkListenerTaskEnd"
        case .taskStart: "SparkListenerTaskStart"
        case .blockUpdated: "SparkListenerBlockUpdated"
        case .stageSubmitted: "SparkListenerStageSubmitted"
        case .stageCompleted: "SparkListenerStageCompleted"
        case .jobStart: "SparkListenerJobStart"
        case .jobEnd: "SparkListenerJobEnd"
        case .stageExecutorMetrics: "SparkListenerStageExecutorMetrics"
        case .driverAccumulators: "SparkListenerDriverAccumUpdates"
        case .adaptiveUpdate: "SparkListenerSQLAdaptiveExecutionUpdate"
        case .adaptiveMetrics: "SparkListenerSQLAdaptiveSQLMetricUpdates"
        case .sqlStart: "SparkListenerSQLExecutionStart"
        case .sqlEnd: "SparkListenerSQLExecutionEnd"
        case .unpersist: "SparkListenerUnpersistRDD"
        case .queryStarted: "StreamingQueryListener$QueryStartedEvent"
        case .queryProgress: "StreamingQueryListener$QueryProgressEvent"
        case .queryTerminated: "StreamingQueryListener$QueryTerminatedEvent"
        case .logStart: "SparkListenerLogStart"
        case .applicationStart: "SparkListenerApplicationStart"
        case .applicationEnd: "SparkListenerApplicationEnd"
        case .environment: "SparkListenerEnvironmentUpdate"
        case .resourceProfile: "SparkListenerResourceProfileAdded"
        case .executorAdded: "SparkListenerExecutorAdded"
        case .executorRemoved: "SparkListenerExecutorRemoved"
        case .blockManagerAdded: "SparkListenerBlockManagerAdded"
        case .blockManagerRemoved: "SparkListenerBlockManagerRemoved"
        }
    }
}

/// Finds the kind of an event by the last eight bytes of its name, then checks the rest.
struct EventNames: Sendable {
    private let endings: [UInt64]
    private let names: [[UInt8]]

    init() {
        names = EventKind.allCases.map { Array($0.name.utf8) }
        endings = names.map { name in
            name.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: name.count - 8, as: UInt64.self)
            }
        }
    }

    func kind(of name: JSONCursor.Text) -> EventKind? {
        guard name.count >= 16 else { return nil }
        let ending = UnsafeRawPointer(name.start + (name.count - 8)).loadUnaligned(
            as: UInt64.self)
        for index in endings.indices where endings[index] == ending {
            let wanted = names[index]
            let prefix = name.count - wanted.count
            guard prefix >= 0, prefix == 0 || name.start[prefix - 1] == UInt8(ascii: ".") else {
                continue
            }
            let isEqual = wanted.withUnsafeBufferPointer { wanted in
                var place = 0
                while place < wanted.count, name.start[prefix + place] == wanted[place] {
                    place += 1
                }
                return place == wanted.count
            }
            if isEqual { return EventKind(rawValue: index) }
        }
        return nil
    }
}
