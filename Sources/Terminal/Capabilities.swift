import CTerminal
public import Screen

/// A program that shows several terminals in one: known by TMUX and STY.
public enum Multiplexer: Hashable, Sendable {
    case none, tmux
    /// GNU screen.
    case screen
}

/// What the environment says about the terminal and its user.
public struct TerminalEnvironment: Hashable, Sendable {
    /// TERM.
    public var name: String
    /// COLORTERM says that the terminal shows 24-bit colours.
    public var claimsDirectColor: Bool
    /// NO_COLOR is set to anything.
    public var refusesColor: Bool
    /// The locale for characters: LC_ALL, else LC_CTYPE, else LANG, else `C`.
    public var locale: String
    /// What lies between this program and the terminal; what is meant for the terminal itself must
    /// be passed through it.
    public var multiplexer: Multiplexer
    /// LINES and COLUMNS, for terminals that do not know their size.
    public var declaredSize: Size?

    public init(_ variables: [String: String]) {
        func value(_ name: String) -> String? {
            variables[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        name = value("TERM") ?? ""
        claimsDirectColor = ["truecolor", "24bit"].contains(value("COLORTERM")?.lowercased())
        refusesColor = value("NO_COLOR") != nil
        // Of both it is tmux that is nearer, mostly: GNU screen keeps TMUX from outside too.
        multiplexer = value("TMUX") != nil ? .tmux : value("STY") != nil ? .screen : .none
        locale = value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "C"
        if let lines = value("LINES").flatMap({ Int($0) }),
            let columns = value("COLUMNS").flatMap({ Int($0) }),
            (1...1000).contains(lines), (1...1000).contains(columns)
        {
            declaredSize = Size(width: columns, height: lines)
        }
    }

    /// Sets the process's characters and says what can be shown with them.
    ///
    /// A UTF-8 locale that this machine lacks (as over SSH) is replaced by `C.UTF-8`: what counts
    /// is what the terminal at the other end understands.
    func enterLocale() -> Charset {
        let answer = terminal_set_locale(locale)
        if answer >= 0 { return answer == 1 ? .unicode : .ascii }
        let name = locale.lowercased()
        if name.hasSuffix("utf-8") || name.hasSuffix("utf8"), terminal_set_locale("C.UTF-8") == 1 {
            return .unicode
        }
        _ = terminal_set_locale("C")
        return .ascii
    }

    /// The description to use: where COLORTERM promises more colours than TERM's has, its sister
    /// with 256, if there is one.
    var description: String {
        guard claimsDirectColor, !refusesColor, (0..<256).contains(terminal_described_colors(name))
        else { return name }
        let richer = name + "-256color"
        return terminal_described_colors(richer) >= 256 ? richer : name
    }
}

extension ColorDepth {
    /// The depth of a terminal with so many colours.
    init(colors: Int32, isDirect: Bool) {
        self =
            switch colors {
            case ..<8: .none
            case 8..<16: .eight
            case 16..<256: .sixteen
            default: isDirect ? .direct : .indexed
            }
    }
}
