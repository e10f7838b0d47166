/// What a task does. Every kind becomes the work of an attempt in one place, `TaskRendering`.
public enum TaskAction: Hashable, Sendable {
    /// A command for `/bin/sh -c`; a template.
    case shell(String)
    indirect case sql(SQLScript, on: ConnectionName)
    indirect case transform(TransformTask)
    indirect case check(CheckTask)
    indirect case spark(SparkTask)
    indirect case wait(SensorTask)
    /// A run of another pipeline.
    indirect case pipeline(ChildPipelineTask)
    /// A command for `/bin/sh -c` that names in `$SPILLWAY_OUTPUT` which of the tasks that need it
    /// go on; a template.
    case branch(String)
    /// A command for `/bin/sh -c` whose exit code 1 leaves out what follows; a template.
    case shortCircuit(String, leavesOutAll: Bool)
}

/// Where the statements of an SQL task stand; both forms are templates.
public enum SQLScript: Hashable, Sendable {
    /// A file relative to the pipeline's folder.
    case file(String)
    case inline(String)
}

/// Builds a part of a dbt project, as `spillway transform` does.
public struct TransformTask: Hashable, Sendable {
    /// What stands behind `spillway transform`, as in a shell: `build --select +orders`; a template.
    public var arguments: String
    /// Folder of the dbt project, relative to the pipeline's; a template. Nil: the task's folder.
    public var projectFolder: String?

    public init(arguments: String, projectFolder: String? = nil) {
        self.arguments = arguments
        self.projectFolder = projectFolder
    }
}

/// Checks data by a suite of expectations, as `spillway check` does; all texts are templates.
public struct CheckTask: Hashable, Sendable {
    /// The suite's file, relative to the pipeline's folder.
    public var suite: String
    /// Nil: the pipeline's own where it has only one.
    public var connection: ConnectionName?
    /// A CSV file to check instead of a table, relative to the pipeline's folder.
    public var csv: String?
    /// The table, instead of the one that the suite names.
    public var table: String?

    public init(
        suite: String, connection: ConnectionName? = nil, csv: String? = nil, table: String? = nil
    ) {
        self.suite = suite
        self.connection = connection
        self.csv = csv
        self.table = table
    }
}

/// Submits an application to Spark; all texts are templates.
public struct SparkTask: Hashable, Sendable {
    /// A `.py` or `.jar` file relative to the task's folder, or a URL that `spark-submit` takes.
    public var application: String
    public var master: String?
    public var deployMode: String?
    /// The main class of a `.jar`.
    public var mainClass: String?
    /// In file order; these win over what is set so that there is an event log.
    public var settings: [EnvironmentEntry]
    /// Options of `spark-submit` that take a list joined by commas: `--jars`, `--packages` …
    public var lists: [SparkList]
    public var arguments: [String]

    public init(
        application: String, master: String? = nil, deployMode: String? = nil,
        mainClass: String? = nil, settings: [EnvironmentEntry] = [], lists: [SparkList] = [],
        arguments: [String] = []
    ) {
        self.application = application
        self.master = master
        self.deployMode = deployMode
        self.mainClass = mainClass
        self.settings = settings
        self.lists = lists
        self.arguments = arguments
    }
}

/// An option of `spark-submit` with the items of its list.
public struct SparkList: Hashable, Sendable {
    public enum Option: String, Hashable, Sendable, CaseIterable {
        case jars, packages, files, archives, repositories
        case pythonFiles = "py_files"

        /// As the command line writes it.
        public var flag: String { self == .pythonFiles ? "--py-files" : "--" + rawValue }
    }

    public var option: Option
    public var items: [String]

    public init(option: Option, items: [String]) {
        self.option = option
        self.items = items
    }
}
