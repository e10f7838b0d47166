import Screen

/// What vi remembers between keys.
struct ViState: Sendable {
    /// Keys of a command that is not complete yet.
    var pending: [Key] = []
    var lastFind: ViFind?
    /// The last change, for `.`.
    var lastChange: ViChange?
    var marks: [Character: TextPosition] = [:]
    /// What is being typed in insert mode, for `.` and counts; nil outside it.
    var insertion: Insertion?
    /// The last selection, for `gv`.
    var lastVisual: (anchor: TextPosition, cursor: TextPosition, isLinewise: Bool)?
    /// Where the motion of the last operator led.
    var led: TextPosition?
    /// Whether keys are being done again and must not be recorded.
    var isRepeating = false

    struct Insertion: Sendable {
        var change: ViChange
        var keys: [Key] = []
        var start: TextPosition
        /// Characters that Replace mode has covered, for Backspace.
        var covered: [Character?] = []
        /// The line holds blanks that only autoindent has put there.
        var hasOnlyIndent = false
    }
}

/// A change that can be done again.
struct ViChange: Sendable {
    var command: ViCommand
    /// What was typed in the insert mode it began, without the Escape.
    var typed: [Key] = []
    /// What a visual selection covered: lines, and columns in the last of them.
    var visual: (lines: Int, columns: Int, isLinewise: Bool)?
}

/// A search in the line: `f`, `F`, `t`, `T`.
struct ViFind: Hashable, Sendable {
    var character: Character
    var isForward: Bool
    var isTill: Bool
}

enum ViMotion: Hashable, Sendable {
    case left, right, up, down, lineStart, firstNonBlank, lineEnd, lastNonBlank
    case nextLine, previousLine, currentLine, column
    case word(big: Bool), back(big: Bool), end(big: Bool), endBack(big: Bool)
    case find(ViFind), repeatFind(reversed: Bool)
    case firstLine, lastLine, percent
    case paragraph(forward: Bool)
    case screenTop, screenMiddle, screenBottom
    case searchAgain(reversed: Bool), searchWord(forward: Bool)
    case mark(Character, isLinewise: Bool)
}

enum ViOperator: Hashable, Sendable {
    case delete, change, yank, indent, outdent, lower, upper, toggle
}

struct ViObject: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case word(big: Bool)
        case quote(Character)
        case bracket(Character, Character)
        case paragraph
    }
    var kind: Kind
    var isInner: Bool
}

enum ViTarget: Hashable, Sendable {
    case motion(ViMotion, count: Int?)
    case object(ViObject, count: Int?)
    /// The operator doubled.
    case lines
    /// What is selected.
    case visual
    /// Up to what is searched for next.
    case search(forward: Bool)
}

enum ViAction: Hashable, Sendable {
    case insert, append, insertAtStart, appendAtEnd, openBelow, openAbove, replaceMode
    case deleteUnder, deleteBefore, substitute, joinLines(spaced: Bool)
    case put(after: Bool), replace(Character), toggleCase
    case undo, redo, `repeat`
    case visual, visualLine, swapEnds, reselect, leave
    case setMark(Character), search(forward: Bool)
    case scrollLine(Int), halfPage(Int), page(Int)
}

/// A whole command of normal or visual mode.
struct ViCommand: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case motion(ViMotion)
        case operate(ViOperator, ViTarget)
        case object(ViObject)
        case action(ViAction)
    }
    var register: Character?
    var count: Int?
    var kind: Kind
}

/// Reads commands from keys.
struct ViParser {
    enum Result {
        case complete(ViCommand)
        case incomplete
        case unknown
    }

    private let keys: [Key]
    private let isVisual: Bool
    private var index = 0

    /// What ends the reading before a command is complete.
    private enum Stop: Error { case incomplete, unknown }

    static func parse(_ keys: [Key], isVisual: Bool) -> Result {
        var parser = ViParser(keys: keys, isVisual: isVisual)
        do {
            return .complete(try parser.command())
        } catch .incomplete {
            return .incomplete
        } catch {
            return .unknown
        }
    }

    private init(keys: [Key], isVisual: Bool) {
        self.keys = keys
        self.isVisual = isVisual
    }

    private mutating func next() throws(Stop) -> Key {
        guard index < keys.count else { throw .incomplete }
        defer { index += 1 }
        return keys[index]
    }

    private mutating func character() throws(Stop) -> Character {
        switch try next() {
        case .character(let character): return character
        case .tab: return "\t"
        case .enter: return "\n"
        default: throw .unknown
        }
    }

    private mutating func count() -> Int? {
        var result: Int?
        while index < keys.count, case .character(let digit) = keys[index],
            let value = digit.wholeNumberValue, digit.isASCII, result != nil || value > 0
        {
            result = min(1_000_000, (result ?? 0) * 10 + value)
            index += 1
        }
        return result
    }

    private mutating func command() throws(Stop) -> ViCommand {
        var register: Character?
        var count = count()
        while index < keys.count, keys[index] == .character("\"") {
            index += 1
            register = try character()
            if let more = self.count() { count = (count ?? 1) * more }
        }
        let start = index
        let key = try next()
        if let operation = try operation(key) {
            return ViCommand(
                register: register, count: count, kind: try operate(operation, key))
        }
        if isVisual, key == .character("i") || key == .character("a") {
            let object = try object(isInner: key == .character("i"))
            return ViCommand(register: register, count: count, kind: .object(object))
        }
        index = start
        if let motion = try motion() {
            return ViCommand(register: register, count: count, kind: .motion(motion))
        }
        index = start
        return try action(register: register, count: count)
    }

    private mutating func operation(_ key: Key) throws(Stop) -> ViOperator? {
        switch key {
        case .character("d"): return .delete
        case .character("c"): return .change
        case .character("y"): return .yank
        case .character(">"): return .indent
        case .character("<"): return .outdent
        case .character("g"):
            let second = try character()
            switch second {
            case "u": return .lower
            case "U": return .upper
            case "~": return .toggle
            default:
                index -= 1
                return nil
            }
        case .character("u") where isVisual: return .lower
        case .character("U") where isVisual: return .upper
        case .character("~") where isVisual: return .toggle
        default: return nil
        }
    }

    private mutating func operate(
        _ operation: ViOperator, _ key: Key
    ) throws(Stop) -> ViCommand.Kind {
        if isVisual { return .operate(operation, .visual) }
        let count = count()
        let start = index
        let next = try next()
        if next == key, key != .character("g") { return .operate(operation, .lines) }
        switch (operation, next) {
        case (.lower, .character("u")), (.upper, .character("U")), (.toggle, .character("~")):
            return .operate(operation, .lines)
        case (_, .character("/")), (_, .character("?")):
            return .operate(operation, .search(forward: next == .character("/")))
        case (_, .character("i")), (_, .character("a")):
            let object = try object(isInner: next == .character("i"))
            return .operate(operation, .object(object, count: count))
        default: break
        }
        index = start
        guard let motion = try motion() else { throw .unknown }
        return .operate(operation, .motion(motion, count: count))
    }

    private mutating func object(isInner: Bool) throws(Stop) -> ViObject {
        let kind: ViObject.Kind
        switch try character() {
        case "w": kind = .word(big: false)
        case "W": kind = .word(big: true)
        case "\"": kind = .quote("\"")
        case "'": kind = .quote("'")
        case "`": kind = .quote("`")
        case "(", ")", "b": kind = .bracket("(", ")")
        case "[", "]": kind = .bracket("[", "]")
        case "{", "}", "B": kind = .bracket("{", "}")
        case "<", ">": kind = .bracket("<", ">")
        case "p": kind = .paragraph
        default: throw .unknown
        }
        return ViObject(kind: kind, isInner: isInner)
    }

    private mutating func find(forward: Bool, till: Bool) throws(Stop) -> ViMotion {
        .find(ViFind(character: try character(), isForward: forward, isTill: till))
    }

    private mutating func motion() throws(Stop) -> ViMotion? {
        switch try next() {
        case .character(let character):
            switch character {
            case "h": return .left
            case "l", " ": return .right
            case "k": return .up
            case "j": return .down
            case "0": return .lineStart
            case "^": return .firstNonBlank
            case "$": return .lineEnd
            case "-": return .previousLine
            case "|": return .column
            case "w": return .word(big: false)
            case "W": return .word(big: true)
            case "b": return .back(big: false)
            case "B": return .back(big: true)
            case "e": return .end(big: false)
            case "E": return .end(big: true)
            case "f": return try find(forward: true, till: false)
            case "F": return try find(forward: false, till: false)
            case "t": return try find(forward: true, till: true)
            case "T": return try find(forward: false, till: true)
            case ";": return .repeatFind(reversed: false)
            case ",": return .repeatFind(reversed: true)
            case "G": return .lastLine
            case "%": return .percent
            case "{": return .paragraph(forward: false)
            case "}": return .paragraph(forward: true)
            case "H": return .screenTop
            case "M": return .screenMiddle
            case "L": return .screenBottom
            case "n": return .searchAgain(reversed: false)
            case "N": return .searchAgain(reversed: true)
            case "*": return .searchWord(forward: true)
            case "#": return .searchWord(forward: false)
            case "'": return .mark(try self.character(), isLinewise: true)
            case "`": return .mark(try self.character(), isLinewise: false)
            case "g":
                switch try self.character() {
                case "g": return .firstLine
                case "e": return .endBack(big: false)
                case "E": return .endBack(big: true)
                case "_": return .lastNonBlank
                case "j": return .down
                case "k": return .up
                default: return nil
                }
            default: return nil
            }
        case .left, .backspace: return .left
        case .right: return .right
        case .up, .control("p"): return .up
        case .down, .control("n"): return .down
        case .home: return .lineStart
        case .end: return .lineEnd
        case .enter: return .nextLine
        case .controlLeft: return .back(big: false)
        case .controlRight: return .word(big: false)
        default: return nil
        }
    }

    private mutating func action(register: Character?, count: Int?) throws(Stop) -> ViCommand {
        func made(_ kind: ViCommand.Kind) -> ViCommand {
            ViCommand(register: register, count: count, kind: kind)
        }
        func act(_ action: ViAction) -> ViCommand { made(.action(action)) }
        switch try next() {
        case .character(let character):
            if isVisual, let command = visual(character, register, count) { return command }
            switch character {
            case "i": return act(.insert)
            case "a": return act(.append)
            case "I": return act(.insertAtStart)
            case "A": return act(.appendAtEnd)
            case "o": return act(isVisual ? .swapEnds : .openBelow)
            case "O": return act(isVisual ? .swapEnds : .openAbove)
            case "R": return act(.replaceMode)
            case "x": return act(.deleteUnder)
            case "X": return act(.deleteBefore)
            case "s": return act(.substitute)
            case "S": return made(.operate(.change, .lines))
            case "C": return made(.operate(.change, .motion(.lineEnd, count: nil)))
            case "D": return made(.operate(.delete, .motion(.lineEnd, count: nil)))
            case "Y": return made(.operate(.yank, .lines))
            case "J": return act(.joinLines(spaced: true))
            case "p": return act(.put(after: true))
            case "P": return act(.put(after: false))
            case "r": return act(.replace(try self.character()))
            case "~": return act(.toggleCase)
            case "u": return act(.undo)
            case ".": return act(.repeat)
            case "v": return act(.visual)
            case "V": return act(.visualLine)
            case "m": return act(.setMark(try self.character()))
            case "/": return act(.search(forward: true))
            case "?": return act(.search(forward: false))
            case "g":
                switch try self.character() {
                case "J": return act(.joinLines(spaced: false))
                case "v": return act(.reselect)
                default: throw .unknown
                }
            default: throw .unknown
            }
        case .control("r"): return act(.redo)
        case .delete: return act(.deleteUnder)
        case .control("d"): return act(.halfPage(1))
        case .control("u"): return act(.halfPage(-1))
        case .control("f"), .pageDown: return act(.page(1))
        case .control("b"), .pageUp: return act(.page(-1))
        case .control("y"): return act(.scrollLine(-1))
        case .escape: return act(.leave)
        default: throw .unknown
        }
    }

    /// Letters that mean something else while there is a selection.
    private func visual(
        _ character: Character, _ register: Character?, _ count: Int?
    ) -> ViCommand? {
        let operation: ViOperator
        switch character {
        case "x": operation = .delete
        case "s": operation = .change
        default: return nil
        }
        return ViCommand(
            register: register, count: count, kind: .operate(operation, .visual))
    }
}
