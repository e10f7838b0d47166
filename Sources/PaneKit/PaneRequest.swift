public import Domain

/// What a pane asks for in return for a key, a click or an answer.
public enum PaneRequest<Effect: Hashable & Sendable>: Hashable, Sendable {
    /// To be done in the world; answered by an `Answer` of the pane's module.
    case perform(Effect)
    case notice(Notice)
    /// A question; the effects are performed once it is answered with yes.
    case confirm(String, [Effect])
    /// A line to be typed; what is typed comes back to ``PaneModule/typed(_:_:_:_:)``.
    case prompt(Prompt)
    /// The `:` line with this text in it, for the user to finish.
    case command(String)
    /// Text for the clipboard.
    case copy(String)
    /// Moves the focus, and shows the desk of that pane.
    case focus(PaneName)
    /// Goes to something that another module may show.
    case open(Link)
    /// The palette can go to more than when it was opened.
    case paletteGrew
}

extension Array where Element: Hashable & Sendable {
    /// Effects as requests.
    public func requested() -> [PaneRequest<Element>] { map(PaneRequest.perform) }
}

/// A line typed at the bottom of the screen for a pane.
public struct Prompt: Hashable, Sendable {
    /// What it is for, by a name of the module: `search-log`.
    public var purpose: String
    /// What stands before the line: `/`.
    public var sign: String
    /// What stands in it at first, ready to be edited.
    public var text: String
    /// What Tab completes to.
    public var candidates: [String]
    /// Whether each change is told, and the end without Enter as well.
    public var isLive: Bool

    public init(
        _ purpose: String, sign: String, text: String = "", candidates: [String] = [],
        isLive: Bool = false
    ) {
        self.purpose = purpose
        self.sign = sign
        self.text = text
        self.candidates = candidates
        self.isLive = isLive
    }
}

/// What became of a prompt.
public enum PromptEvent: Hashable, Sendable {
    /// The line is now this; told only where the prompt is live.
    case changed(String)
    /// Enter was pressed.
    case accepted(String)
    /// Esc was pressed; told only where the prompt is live.
    case dismissed
}

/// Something that can be gone to, whichever pane shows it.
///
/// The modules are asked in the order of their panes; the first that knows the link shows it and
/// asks for the focus.
public enum Link: Hashable, Sendable {
    case pipeline(PipelineName)
    case run(RunID, of: PipelineName)
    case task(RunID, TaskID)
    /// A task of a pipeline, in the run that is shown of it, if it has any.
    case plannedTask(TaskID, of: PipelineName)
    /// A group of a pipeline's tasks.
    case group(GroupID, of: PipelineName)
    /// The log of a task's newest attempt, or of one by its number.
    case log(RunID, TaskID, attempt: Int?)
    /// Where the time of a run went.
    case runProfile(RunID)
    /// A Spark application by its event log.
    case sparkApplication(path: String)
    case sparkStage(path: String, stage: Int)
    /// SQL in the editor, for a connection.
    case statement(connection: String, sql: String)
    /// The plan of a statement; `analyzes` runs it. Values of parameters as they are typed, by the
    /// parameters' names, signs included.
    case plan(connection: String, sql: String, analyzes: Bool, parameters: [String: String] = [:])
    /// A file of checks or a contract.
    case checks(path: String)
    /// A model of a transformation project.
    case model(String)
}
